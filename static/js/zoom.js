import { extentIn, scrollIn, zoomsIn } from "./layout.js";
import { panAround, panOf, scrollOf } from "./pan.js";

const NOTCH = 1.5; // of a button or a key

/** Zooms by a factor; the point of the window stays where it is, without one its middle does. */
export function zoomBy(store, factor, point = null) {
  const state = store.get();
  const { min, max } = zoomsIn(state);
  const zoom = Math.max(min, Math.min(max, Math.min(max, state.zoom) * factor));
  if (zoom === state.zoom) return;
  const { viewport } = state;
  const middle = { x: viewport.width / 2, y: viewport.height / 2 };
  const before = extentIn(state);
  const pan = panAround(point ?? middle, scrollIn(state), before, extentIn({ ...state, zoom }), viewport);
  store.set({ zoom, pan });
}

/** Moves the window by so many px. */
export function panBy(store, dx, dy) {
  const { viewport } = store.get();
  const extent = extentIn(store.get());
  const { left, top } = scrollIn(store.get());
  const moved = panOf({ left: left + dx, top: top + dy }, extent, viewport);
  store.set({ pan: panOf(scrollOf(moved, extent, viewport), extent, viewport) });
}

/** What the buttons and keys do: nearer, farther, as it was. */
export const zooms = {
  zoomIn: (store) => zoomBy(store, NOTCH),
  zoomOut: (store) => zoomBy(store, 1 / NOTCH),
  zoomReset: (store) => store.set({ zoom: 1, pan: null }),
};
