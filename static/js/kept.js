import { isPlace } from "./place.js";

/** @import { Place, State } from "./types.js" */

const MOST = 24; // of more the first makes room

/** Which of the kept places this is, counted from 1; 0 where it is not kept. */
export const keptAs = (/** @type {State} */ { kept }, layer, timestep) => kept.findIndex((place) => isPlace(place, layer, timestep)) + 1;

/** Keeps a place beside the others, or lets go of it. */
export function toggleKept(store, /** @type {Place} */ { layer, timestep }) {
  const { kept } = store.get();
  const others = kept.filter((place) => !isPlace(place, layer, timestep));
  store.set({ kept: others.length < kept.length ? others : [...kept, { layer, timestep }].slice(-MOST) });
}
