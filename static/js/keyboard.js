import { jump, togglePlay, walk } from "./playhead.js";
import { travel } from "./runner.js";
import { listen, undoAll } from "./store.js";
import { tables } from "./words.js";
import { panBy, zooms } from "./zoom.js";

/** @import { State } from "./types.js" */

const CONTROLS = "button, input, select, textarea, a, summary, dialog, [role=button], [role=switch], [role=tab], [contenteditable]";
const OFF = "unrolled.singleKeysOff";

/** The name that the table uses for what was pressed: "Control+Shift+z". */
function pressed(event) {
  const modifiers = ["Control", "Meta", "Alt"].filter((name) => event[`${name === "Control" ? "ctrl" : name.toLowerCase()}Key`]);
  const shift = modifiers.length && event.shiftKey ? ["Shift"] : [];
  return [...modifiers, ...shift, event.key.length === 1 && modifiers.length ? event.key.toLowerCase() : event.key].join("+");
}

/** What the browser keeps for this page; nothing where it is told to keep nothing. */
function kept() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Single keys can be switched off, for those who speak to their computer. */
const singleKeys = {
  on: () => kept()?.getItem(OFF) !== "yes",
  set: (on) => (on ? kept()?.removeItem(OFF) : kept()?.setItem(OFF, "yes")),
};

const typing = (target) => target.closest("input:not([type=range]), select, textarea, [contenteditable]") !== null;

/** Binds these commands to the keys that the page's table gives them. */
export function mountCommands(commands) {
  return listen(document, "keydown", (event) => {
    const key = pressed(event);
    const binding = tables.keys.find(({ keys, command }) => keys.includes(key) && commands[command]);
    if (!binding || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (binding.single && (!singleKeys.on() || typing(event.target))) return;
    if (key === " " && event.target.closest(CONTROLS)) return;
    if (["undo", "redo"].includes(binding.command) && typing(event.target)) return;
    if (key !== "Escape") event.preventDefault();
    commands[binding.command]();
  });
}

/** The keys of the page itself. */
export function mountKeyboard(store, showKeys) {
  return mountCommands({
    play: () => togglePlay(store),
    stepForward: () => walk(store),
    stepBack: () => jump(store, store.get().step - 1),
    release: () => store.set({ pinned: null, lit: null, hover: null, pointed: null }),
    ...Object.fromEntries(Object.entries(zooms).map(([name, zoom]) => [name, () => zoom(store)])),
    undo: () => travel(store, -1),
    redo: () => travel(store, 1),
    showKeys,
  });
}

const MOVES = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
const LEAPS = { PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
const NUDGE = 120; // px

/** Arrow keys move between the cells of the grid, Page Up and Page Down by ten timesteps, Home and End to its first and last; with Shift they move the picture. */
export function mountGridKeys(root, store) {
  return listen(root, "keydown", (event) => {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...cell.closest("[role=grid]").querySelectorAll("[role=row]")].reverse();
    const row = rows.indexOf(cell.parentElement);
    const column = [...cell.parentElement.children].indexOf(cell);
    const last = cell.parentElement.children.length - 1;
    const [up, right] = MOVES[event.key] ?? [];
    const leap = LEAPS[event.key];
    if (up === undefined && leap === undefined) return;
    event.preventDefault();
    if (event.shiftKey && up !== undefined) return panBy(store, right * NUDGE, -up * NUDGE);
    const to = leap === undefined ? [row + up, column + right] : [row, Math.max(0, Math.min(last, column + leap))];
    const next = rows[to[0]]?.children[to[1]];
    if (!next) return;
    cell.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus({ preventScroll: true }); // where the window stands is a part of the view, which follows
  });
}

/** A press of what is switched off does nothing. */
export const mountOff = () => listen(document, "click", (event) => {
  if (!event.target.closest("[aria-disabled=true]")) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

/** The list of keys, filled from the table. */
export function mountKeysDialog(dialog) {
  const single = dialog.querySelector("input[type=checkbox]");
  single.checked = singleKeys.on();
  return undoAll([listen(single, "change", () => singleKeys.set(single.checked))]);
}
