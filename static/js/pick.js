import { toggleKept } from "./kept.js";
import { shapeIn } from "./state.js";
import { listen, undoAll } from "./store.js";
import { layerOf } from "./timeline.js";

/** The place that an element stands for: a cell, an initial state or an output. */
function placeOf(target) {
  const [layer, timestep] = target.closest("[role=gridcell], [role=button]")?.dataset.address.split("/") ?? [];
  return layer ? { layer, timestep: Number(timestep) } : null;
}

/** Pins the cell, or holds the edge lit, that was chosen; with Shift the cell is kept beside others. */
function choose(store, { target, shiftKey }) {
  const state = store.get();
  const place = placeOf(target);
  const unit = Number(target.closest(".number")?.dataset.address.split("/").at(-1)) || state.pointed?.unit || state.unit;
  const edge = target.closest(".edge");
  if (place && shiftKey) toggleKept(store, place);
  else if (place) store.set({ pinned: place, unit: Math.min(unit, layerOf(shapeIn(state), place.layer).units) });
  if (edge) store.set({ lit: state.lit === edge.dataset.address ? null : edge.dataset.address });
}

/** A click, Enter, or on a button Space, chooses what it stands for. */
export function mountPick(picture, store) {
  return undoAll([
    listen(picture, "click", (event) => choose(store, event)),
    listen(picture, "mousedown", (event) => event.shiftKey && event.preventDefault()), // or the browser selects text up to here
    listen(picture, "keydown", (event) => {
      if (event.key !== "Enter" && !(event.key === " " && event.target.getAttribute("role") === "button")) return;
      event.preventDefault();
      choose(store, event);
    }),
  ]);
}
