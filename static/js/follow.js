import { attrs, html } from "./dom.js";
import { partOf } from "./gates.js";
import { embeddingOf } from "./scene.js";
import { placeIn, shapeIn } from "./state.js";
import { listen, undoAll } from "./store.js";
import { layerOf } from "./timeline.js";
import { addressText, parseAddress } from "./trace.js";

/** @import { State } from "./types.js" */

const LONGEST = 50; // steps of a trail that are remembered

/** What a person sees of the panel, and comes back to. */
const placeOfTrail = ({ pinned, unit, lit, tab, chosen }) => ({ pinned, unit, lit, tab, chosen });

/** A number's name that leads to it: `said` is the name as text. */
export function link(address, said, ...name) {
  return attrs(html("button", { type: "button", class: "to", "aria-label": said }, html("span", { "aria-hidden": "true" }, ...name)),
    { "data-address": addressText(address), "data-follow": addressText(address) });
}

/** The number that a word's number is: of an embedding, a number of the word's row. */
function sourceOf(/** @type {State} */ { shown: { scene } }, address) {
  if (address.layer !== "input" || address.gradient || !embeddingOf(scene) || !address.unit) return address;
  const row = scene.vocabulary.indexOf(scene.sentence[address.timestep - 1]) + 2; // row 1 is padding
  return { layer: "embedding", weight: "embeddings", index: [row, address.unit] };
}

/** Where the panel has to be to show what makes a number; null where it has no place of its own. */
function viewOf(/** @type {State} */ state, text) {
  const parsed = parseAddress(text);
  const address = parsed && sourceOf(state, parsed);
  if (!address) return null;
  const lit = addressText(address);
  const tab = address.gradient ? "gradient" : "layer";
  if (address.weight) return { lit, tab };
  const { layer, timestep, quantity, unit } = address;
  if (layer === "input" && !address.gradient) return { lit, tab };
  const pinned = layer === "input" ? { layer: "1", timestep } : { layer, timestep };
  const part = layer === "input" ? "h" : partOf(layerOf(shapeIn(state), layer).type, quantity);
  return { lit, tab: "cell", pinned, unit: layer === "input" ? state.unit : unit ?? state.unit, chosen: { part, step: state.step } };
}

/** Opens what makes a number, and remembers the way back; where that is already open, the number is let go. */
export function follow(store, text) {
  const state = store.get();
  const view = viewOf(state, text);
  if (!view) return;
  const { layer, timestep } = placeIn(state);
  const here = state.tab === view.tab && (!view.pinned || (view.pinned.layer === layer && view.pinned.timestep === timestep));
  if (here && state.lit === view.lit) store.set({ lit: null });
  else if (here) store.set({ ...view, pinned: state.pinned });
  else store.set({ ...view, trail: [...state.trail, placeOfTrail(state)].slice(-LONGEST) });
}

/** Goes back along the trail. */
export function goBack(store) {
  const { trail } = store.get();
  if (trail.length) store.set({ ...trail.at(-1), trail: trail.slice(0, -1) });
}

/** Numbers and names of the panel lead to their sources, and a button back again. */
export function mountFollow(panel, store) {
  const back = panel.querySelector("[data-part=trail]");
  let keyed = false; // a keyboard followed, and what it pressed is gone afterwards
  return undoAll([
    listen(panel, "click", ({ target, detail }) => {
      const text = (target.closest?.("[data-follow]") ?? target.closest?.("[data-address]"))?.dataset.address;
      if (!text) return;
      keyed = detail === 0;
      follow(store, text);
    }),
    listen(back, "click", ({ detail }) => {
      keyed = detail === 0;
      goBack(store);
    }),
    store.watch(({ trail }) => trail.length, (length) => {
      back.hidden = length === 0;
      if (!keyed) return;
      keyed = false;
      (length ? back : panel.querySelector("[role=tab][aria-selected=true]")).focus();
    }),
  ]);
}
