import { html } from "../dom.js";
import { createStore } from "../store.js";

/** @import { State } from "../types.js" */

/**
 * The grid once more, where nobody sees it, with a store of its own: what is exported moves nothing on the page, and is drawn at once.
 *
 * @param {(room: HTMLElement, store: any) => () => void} mountGrid
 * @param {State} state
 */
export function openStage(mountGrid, state) {
  const { width, height } = state.viewport;
  const room = html("div", { class: "stage", "aria-hidden": "true", style: `width: ${width}px; height: ${height}px` });
  document.body.append(room);
  const store = createStore({ ...state, hover: null, lit: null, kept: [], busy: false, zoom: 1, pan: null, vector: true }, (flush) => flush());
  const unmount = mountGrid(room, store);
  return {
    /** @returns {SVGSVGElement} the picture at a step */
    at(step) {
      store.set({ step });
      return /** @type {SVGSVGElement} */ (room.querySelector("svg.grid"));
    },
    state: store.get,
    close() {
      unmount();
      room.remove();
    },
  };
}
