import { attrs, html, join, text } from "../dom.js";
import { magnitude } from "../format.js";
import { asText, partial, quantityName } from "../names.js";
import { notationIn } from "../notation.js";
import { inked, palette, strength } from "../scales.js";
import { shapeIn, valuesIn } from "../state.js";
import { words } from "../words.js";

const LEGIBLE = 12; // more timesteps or rows than this are colours alone
const LEGIBLE_ROWS = 4;

/** The colour of a gradient of this strength, 0 to 1. */
function mixed(strong) {
  const { sunken, backward } = palette();
  return sunken.map((part, i) => Math.round(part + (backward[i] - part) * strong));
}

/** How far the gradient reaches: |∂L/∂h| of every cell, by the depth of its colour on a log scale. */
export function mountReach(root, store) {
  function draw(state) {
    const { dark } = state;
    const { layers, timesteps } = shapeIn(state);
    const times = Array.from({ length: timesteps }, (_, i) => i + 1);
    const norm = (layer, timestep) => valuesIn(state, { layer, timestep, quantity: "h_norm", gradient: true })?.[0] ?? null;
    const rows = [...layers].reverse().map(({ name }) => ({ name, norms: times.map((t) => norm(name, t)) }));
    const largest = Math.max(...rows.flatMap(({ norms }) => norms.map((value) => value ?? 0)));
    root.hidden = largest === 0;
    if (root.hidden) return;
    root.style.setProperty("--rows", String(rows.length));
    root.classList.toggle("dense", timesteps > LEGIBLE);
    const gradient = partial(notationIn(state)) + asText(quantityName(notationIn(state), { quantity: "h" }));
    text(root.querySelector("caption"), words("reach.caption", { gradient }));
    const legible = timesteps <= LEGIBLE && rows.length <= LEGIBLE_ROWS;
    join(root.querySelector("tbody"), rows, {
      key: ({ name }) => name,
      create: ({ name }) => html("tr", {}, html("th", { scope: "row" }, words("layer", { layer: name }))),
      signature: ({ norms }) => [largest, legible, gradient, dark, ...norms],
      update(node, { name, norms }) {
        while (node.children.length > norms.length + 1) node.lastChild.remove();
        while (node.children.length < norms.length + 1) node.append(html("td"));
        norms.forEach((value, i) => {
          const cell = node.children[i + 1];
          const { fill, ink } = inked(mixed(value === null ? 0 : strength(value, largest)));
          attrs(cell, { style: `background: ${fill}; color: ${ink}`, "data-address": `${name}/${i + 1}`,
            title: value === null ? null : words("reach.cell", { layer: name, timestep: i + 1, gradient, norm: magnitude(value) }) });
          text(cell, value === null || !legible ? "" : magnitude(value));
        });
      },
    });
  }

  return store.watch(({ shown, step, detail, order, notation, dark }) => [shown, step, detail, order, notation, dark], () => draw(store.get()));
}
