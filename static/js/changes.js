import { undoAll } from "./store.js";
import { parseAddress } from "./trace.js";

/** @import { State } from "./types.js" */
/** @import { Trace } from "./trace.js" */

/** One number of a trace by its address; null where that has none. */
export function numberIn(/** @type {Trace | null} */ trace, address) {
  if (!trace || !address) return null;
  if (address.quantity) return trace.vector({ ...address, unit: undefined })?.[address.unit - 1] ?? null;
  const rows = address.index && trace.weight({ ...address, of: address.gradient ? "gradients" : "weights" });
  if (!rows) return null;
  const [row, column] = address.index.length > 1 ? address.index : [1, address.index[0]];
  return rows[trace.rowsOf(address).indexOf(row)]?.[column - 1] ?? null;
}

/** Is the number at this address another than before the edit? */
export function isChanged(/** @type {State} */ { shown, base }, text) {
  const address = parseAddress(text);
  const before = numberIn(base?.trace ?? null, address);
  const now = numberIn(shown.trace, address);
  return before !== null && now !== null && before !== now;
}

/** Marks every number on the page that an edit has changed, wherever it stands. */
export function mountChanges(store) {
  function draw() {
    const state = store.get();
    for (const node of document.querySelectorAll(".changed")) node.classList.remove("changed");
    if (!state.base) return;
    for (const node of document.querySelectorAll("svg.grid .number[data-address], .panel :is(mn, .value, .gradient)[data-address]")) {
      node.classList.toggle("changed", isChanged(state, node.getAttribute("data-address")));
    }
  }
  return undoAll([store.watch(({ hover: _, ...rest }) => Object.values(rest), draw)]);
}
