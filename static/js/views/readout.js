import { attrs, html } from "../dom.js";
import { cellIn } from "../draw/cells.js";
import { boxIn, scrollIn, heatIn } from "../layout.js";
import { partial, quantityName } from "../names.js";
import { nameNodes, notationIn } from "../notation.js";
import { readable, unitsAround } from "../readable.js";
import { signed } from "../scales.js";
import { shapeIn, stepIn } from "../state.js";
import { undoAll } from "../store.js";
import { layerOf } from "../timeline.js";
import { rich, words } from "../words.js";

/** @import { State } from "../types.js" */

const SHOWN_UNITS = 8;
const DECIMALS = 4;
const APART = 14; // px between a cell and what is read of it

function rowOf(unit, h, gradient, pointed) {
  const { fill, ink } = signed(h);
  return html("tr", { class: pointed ? "pointed" : null }, html("th", {}, String(unit)),
    html("td", { style: `background: ${fill}; color: ${ink}` }, readable(h, DECIMALS)), ...(gradient === null ? [] : [html("td", { class: "gradient" }, readable(gradient, DECIMALS))]));
}

/** A cell's numbers, as far as they are known. */
function contents(/** @type {State} */ state, { layer, timestep, unit }) {
  const { h, gradient } = cellIn(state, layer, timestep, stepIn(state));
  const notation = notationIn(state);
  const name = () => nameNodes(quantityName(notation, { quantity: "h" }));
  const { units } = layerOf(shapeIn(state), layer);
  const title = html("p", {}, rich("readout.title", { layer, t: timestep, word: state.shown.scene.sentence[timestep - 1] }));
  if (!h) return [title, html("p", { class: "muted" }, words("readout.pending"))];
  const shown = unitsAround(Math.min(unit, units), units, SHOWN_UNITS);
  return [
    title,
    html("table", {},
      html("thead", {}, html("tr", {}, html("th"), html("th", {}, ...name()), ...(gradient ? [html("th", { class: "gradient" }, partial(notation), ...name())] : []))),
      html("tbody", {}, shown.map((one) => rowOf(one, h[one - 1], gradient && gradient[one - 1], one === unit && units > 1)))),
    ...(units > shown.length ? [html("p", { class: "muted" }, words("readout.units", { from: shown[0], to: shown.at(-1), units }))] : []),
  ];
}

/** The numbers of the cell under the pointer, or of the one that the keyboard stands on, beside it. */
export function mountReadout(window, store) {
  const root = html("div", { class: "readout", "aria-hidden": "true", hidden: true });
  window.after(root);

  function draw() {
    const state = store.get();
    const { pointed, viewport } = state;
    root.hidden = !pointed || !heatIn(state) || Number(pointed.layer) > shapeIn(state).layers.length || pointed.timestep > shapeIn(state).timesteps;
    if (root.hidden) return;
    root.replaceChildren(...contents(state, pointed));
    const box = boxIn(state, pointed);
    const { left, top } = scrollIn(state);
    const x = box.x - left;
    const { offsetWidth: width, offsetHeight: height } = root;
    const beside = x + box.width + APART + width <= viewport.width ? x + box.width + APART : Math.max(0, x - APART - width);
    const y = Math.max(4, Math.min(viewport.height - height - 4, box.y - top + box.height / 2 - height / 2));
    attrs(root, { style: `transform: translate(${Math.round(window.offsetLeft + beside)}px, ${Math.round(window.offsetTop + y)}px)` });
  }

  return undoAll([
    store.watch(({ pointed, shown, step, detail, order, viewport, zoom, pan, dark, projector, difference, notation, led }) =>
      [pointed, shown, step, detail, order, viewport, zoom, pan, dark, projector, difference, notation, led], draw),
    () => root.remove(),
  ]);
}
