import { only } from "./dom.js";
import { timelineIn } from "./state.js";
import { undoAll } from "./store.js";
import { parseAddress } from "./trace.js";

/** @import { State } from "./types.js" */
/** @import { Trace } from "./trace.js" */

const PLACE = /^(?:\d+\/0|output\/\d+)$/;

/** One number of a trace by its address; null where that has none. */
export function numberIn(/** @type {Trace | null} */ trace, address) {
  if (!trace || !address) return null;
  if (address.quantity === "loss") return trace.loss();
  if (address.quantity) return trace.vector({ ...address, unit: undefined })?.[address.unit - 1] ?? null;
  const rows = address.index && trace.weight({ ...address, of: address.gradient ? "gradients" : "weights" });
  if (!rows) return null;
  const [row, column] = address.index.length > 1 ? address.index : [1, address.index[0]];
  return rows[trace.rowsOf(address).indexOf(row)]?.[column - 1] ?? null;
}

/** The numbers that an element stands for: its own; all of a picture of many; of a place without numbers in it the states there, or the outputs. */
function numbersOf(/** @type {State} */ state, text) {
  const whole = PLACE.test(text) ? (text.startsWith("output") ? [`${text}/y`] : [`${text}/h`, `${text}/c`]) : [text];
  return whole.map(parseAddress).flatMap((address) => {
    if (!address?.quantity || address.unit) return [address];
    return Array.from(state.shown.trace?.vector(address) ?? [], (_, unit) => ({ ...address, unit: unit + 1 }));
  });
}

/** Is a number at this address known at this step, and another than before the edit? */
export function isChanged(/** @type {State} */ state, text) {
  const { known } = timelineIn(state);
  return numbersOf(state, text).some((address) => {
    if (address?.quantity && known(address) > state.step) return false;
    const before = numberIn(state.base?.trace ?? null, address);
    const now = numberIn(state.shown.trace, address);
    return before !== null && now !== null && before !== now;
  });
}

const MARKED = [
  "#window svg.grid :is(.number, .whole, .tile, .initial, .initial rect, .value, .share, .loss)[data-address]", "#window .heat :is(.initial, .leaving)",
  ".panel [role=tabpanel]:not([hidden]) :is(mn, .value, .gradient)[data-address]", ".card td[data-address]",
];

/** Marks every number on the page that an edit has changed, wherever it stands; a heat map marks its own. */
export function mountChanges(store) {
  let due = false;

  function draw() {
    due = false;
    const state = store.get();
    only("changed", state.base ? [...document.querySelectorAll(MARKED.join())].filter((node) => isChanged(state, node.getAttribute("data-address"))) : []);
  }
  /** Once for all that is drawn in one go, and before it is on the screen. */
  function soon() {
    if (!due) queueMicrotask(draw);
    due = true;
  }

  const redrawn = new MutationObserver(soon); // what a view draws anew has lost its marks, and some draw later than the others
  redrawn.observe(document.body, { childList: true, characterData: true, subtree: true });
  return undoAll([store.watch(({ base, shown, step }) => [base, shown, step], soon), () => redrawn.disconnect()]);
}
