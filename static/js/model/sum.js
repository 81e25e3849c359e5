import { attrs, html, join, mark, text } from "../dom.js";
import { hasTwoBiases } from "../equations.js";
import { asText, turned, weightName } from "../names.js";
import { layerName } from "../notation.js";
import { MARKED, faultAt } from "../problem.js";
import { parameters } from "../scene.js";
import { tables, words } from "../words.js";

/** @import { Notation } from "../names.js" */

/** What of a sum stands in its place: a product of its own, or the gates that all of them are taken times. */
const bracket = (written) => ({ key: written, written });

function product(/** @type {Notation} */ notation, layer, weight, size, two) {
  const [rows, columns] = turned(notation, size, weight);
  const name = asText(weightName(notation, { layer, weight }, null, two ? "both" : null));
  return {
    key: `${layer}/${weight}`, written: columns ? `${rows}·${columns}` : String(rows), address: `${layer}/${weight}`,
    said: words(columns ? "model.weight" : "model.weight.vector", { name, layer: layerName(layer), rows, columns }),
  };
}

/** 3·3 + 3·3 + 3, of an LSTM 4·(3·3 + 3·3 + 3): every product a button that lights the uses of its matrix. */
export function drawSum(root, notation, scene, index, layer) {
  const { gates, sizes } = parameters(scene, index, tables.gates);
  const products = Object.entries(sizes).map(([weight, size]) => product(notation, layer, weight, size, hasTwoBiases(scene.layers[index])));
  const parts = gates === 1 ? products : [bracket(`${gates}·(`), ...products, bracket(")")];
  join(root, parts, {
    key: ({ key }) => key,
    create: ({ address }) => (address ? html("button", { type: "button", "data-address": address, "data-light": "" }) : html("span")),
    update: (node, { written, said }) => attrs(text(node, written), { "aria-label": said }),
  });
}

/** Marks a card with what the server says of its place in the scene. */
export function drawFault(card, { problem, index, chosen }) {
  const fault = faultAt(problem, MARKED.layer(index));
  mark(card.querySelector(".fault"), fault);
  card.classList.toggle("chosen", chosen);
  card.classList.toggle("bad", fault !== null);
}
