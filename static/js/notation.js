import { html } from "./dom.js";
import { partial, pieces, quantityName } from "./names.js";
import { tables, words } from "./words.js";

/** @import { State } from "./types.js" */
/** @import { Name, Notation } from "./names.js" */

/** The notation in force. @returns {Notation} */
export const notationIn = (/** @type {State} */ { notation }) => tables.notations[notation];

/** What a layer is called: "layer 2", Dense, Embedding. */
export function layerName(layer) {
  if (layer === "output") return words("layer.output");
  return layer === "embedding" ? words("layer.embedding") : words("layer", { layer });
}

/** A name as nodes of a line of text. */
export const nameNodes = (/** @type {Name} */ name) => pieces(name).map(({ text, place }) => (place ? html(place === "low" ? "sub" : "sup", {}, text) : text));

/** The name of a gradient as nodes: ∂L/∂h₂⁽¹⁾, or of a bare letter. */
export const gradientNodes = (/** @type {Notation} */ notation, address) => [partial(notation), ...nameNodes(quantityName(notation, address))];
