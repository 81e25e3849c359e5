import { attrs, html, join } from "../dom.js";
import { follow } from "../follow.js";
import { exact, fixed } from "../format.js";
import { gatesOf, partsOf } from "../gates.js";
import { toggleKept } from "../kept.js";
import { partial, quantityName } from "../names.js";
import { layerName, nameNodes, notationIn } from "../notation.js";
import { isPlace } from "../place.js";
import { readable, unitsAround } from "../readable.js";
import { signed } from "../scales.js";
import { differenceIn, shapeIn, valuesIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { layerOf } from "../timeline.js";
import { addressText } from "../trace.js";
import { tables, words } from "../words.js";

/** @import { Address, Place, State } from "../types.js" */

const SHOWN_UNITS = 6;
const DECIMALS = 2;

const nameOf = (/** @type {Place} */ { layer, timestep }) => words("kept.name", { layer: layerName(layer), t: timestep });
const keyOf = (/** @type {Place} */ { layer, timestep }) => `${layer}/${timestep}`;
const placeOf = (key) => {
  const [layer, timestep] = key.split("/");
  return { layer, timestep: Number(timestep) };
};

/** What a card shows of a cell: its gates and states, or where it has no gates the sum and what becomes of it; of an initial state the state. */
function quantitiesOf(/** @type {Place} */ { timestep }, type) {
  if (timestep === 0) return type === "LSTM" ? ["c", "h"] : ["h"];
  return gatesOf(type).length ? partsOf(type) : tables.operations[type].forward;
}

/** The columns of a card, in the order in which they are computed, and its gradient from that step on. */
function columnsOf(/** @type {State} */ state, /** @type {Place} */ place, type) {
  const values = (address) => (state.difference ? differenceIn(state, address) : valuesIn(state, address));
  const gradient = { ...place, quantity: place.layer === "output" ? "a" : "h", gradient: true };
  const blamed = values(gradient);
  return [
    ...quantitiesOf(place, type).map((quantity) => ({ address: { ...place, quantity }, numbers: values({ ...place, quantity }) })),
    ...(blamed ? [{ address: gradient, numbers: blamed }] : []),
  ];
}

/** One number in the colour of its sign, as in the grid; a gradient in that of gradients, however far it has vanished; an empty well before its step. */
function numberNode(/** @type {State} */ state, { address, numbers }, unit) {
  if (!numbers) return html("td", { class: "empty" });
  const value = numbers[unit - 1];
  const { fill, ink } = signed(value);
  return html("td", {
    "data-address": addressText({ ...address, unit }), title: exact(value), class: address.gradient ? "gradient" : "value",
    style: address.gradient ? null : `background: ${fill}; color: ${ink}`,
  }, state.exact ? exact(value) : address.gradient ? readable(value, DECIMALS) : fixed(value, DECIMALS));
}

/** The numbers of a kept cell, a row per unit. */
function tableOf(/** @type {State} */ state, /** @type {Place} */ place) {
  const { type, units } = layerOf(shapeIn(state), place.layer);
  const columns = columnsOf(state, place, type);
  const notation = notationIn(state);
  const shown = unitsAround(Math.min(state.unit, units), units, SHOWN_UNITS);
  const head = (/** @type {{address: Address}} */ { address: { quantity, gradient } }) => html("th", { scope: "col", class: gradient ? "gradient" : null },
    ...(gradient ? [partial(notation)] : []), ...nameNodes(quantityName(notation, { quantity })));
  return [
    html("table", {}, html("caption", { class: "hidden" }, nameOf(place)),
      html("thead", {}, html("tr", {}, html("td"), columns.map(head))),
      html("tbody", {}, shown.map((unit) => html("tr", {}, html("th", { scope: "row", "aria-label": words("unit", { unit }) }, String(unit)), columns.map((column) => numberNode(state, column, unit)))))),
    ...(units > shown.length ? [html("p", { class: "muted" }, words("readout.units", { from: shown[0], to: shown.at(-1), units }))] : []),
  ];
}

/** A card: its number and its name, which opens the cell in the panel, and the way to be rid of it; what it says is drawn at every step. */
function createCard(/** @type {Place} */ place) {
  const name = nameOf(place);
  return html("li", { class: "card", "data-address": keyOf(place) },
    html("div", { class: "top" }, html("span", { class: "mark", "aria-hidden": "true" }),
      html("button", { type: "button", class: "to", "data-part": "open" }, name), html("bdi", { class: "muted" }),
      html("button", { type: "button", class: "small", "data-part": "remove", "aria-label": words("kept.remove", { name }), title: words("kept.remove", { name }) }, "×")),
    html("div", { class: "numbers-of" }));
}

function drawCard(node, /** @type {State} */ state, /** @type {Place} */ place, number) {
  const [mark, open, word] = node.querySelector(".top").children;
  mark.textContent = String(number);
  word.textContent = state.shown.scene.sentence[place.timestep - 1] ?? "";
  attrs(open, { "aria-current": isPlace(state.pinned, place.layer, place.timestep) ? "true" : null });
  node.querySelector(".numbers-of").replaceChildren(...tableOf(state, place));
}

/** Under the grid: the cells that a person keeps, beside each other, as far as their numbers are known. */
export function mountKept(above, store) {
  const clear = html("button", { type: "button", class: "small" }, words("kept.clear"));
  const cards = html("ul", { class: "cards", "aria-labelledby": "kept-title" });
  const root = html("section", { id: "kept", "aria-labelledby": "kept-title" },
    html("div", { class: "title" }, html("h2", { id: "kept-title" }, words("kept")), clear), cards);
  above.after(root);
  let removed = null; // the place in the list of a card that a person just removed, and with it the focus

  function draw() {
    const state = store.get();
    const before = cards.childElementCount;
    root.hidden = state.kept.length === 0 || state.view !== "grid";
    join(cards, state.kept.map((place, i) => ({ place, number: i + 1 })), {
      key: ({ place }) => keyOf(place), create: ({ place }) => createCard(place), update: (node, { place, number }) => drawCard(node, state, place, number),
    });
    if ((before || state.led) && cards.childElementCount > before) cards.scrollLeft = cards.lastElementChild.offsetLeft;
    if (removed === null) return;
    const next = cards.children[Math.min(removed, cards.childElementCount - 1)]?.querySelector("[data-part=remove]");
    (next ?? document.querySelector("#window [role=gridcell][tabindex='0']"))?.focus();
    removed = null;
  }

  return undoAll([
    listen(cards, "click", ({ target }) => {
      const card = target.closest(".card");
      const number = target.closest("td[data-address]");
      const part = target.closest("button")?.dataset.part;
      if (number) follow(store, number.dataset.address);
      if (part === "open") store.set({ pinned: placeOf(card.dataset.address), tab: "cell" });
      if (part !== "remove") return;
      removed = [...cards.children].indexOf(card);
      toggleKept(store, placeOf(card.dataset.address));
    }),
    listen(clear, "click", () => {
      removed = 0;
      store.set({ kept: [] });
    }),
    store.watch(({ kept, view, shown, step, detail, order, unit, exact: full, dark, pinned, notation, difference, base }) =>
      [kept, view, shown, step, detail, order, unit, full, dark, pinned, notation, difference, base], draw),
    () => root.remove(),
  ]);
}
