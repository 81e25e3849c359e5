import { lowered, raised } from "./format.js";
import { tables, words } from "./words.js";

/** The notation in force: its symbols and formulas. */
export const notation = tables.notations.lecture;

/** What a layer is called: "layer 2", Dense, Embedding. */
export function layerName(layer) {
  if (layer === "output") return words("layer.output");
  return layer === "embedding" ? words("layer.embedding") : words("layer", { layer });
}

/** The name of a weight matrix as text: W⁽²⁾; Dense, the output layer, has an o, and an embedding is alone. */
export function weightName({ layer, weight }) {
  const symbol = notation.symbols[weight];
  if (layer === "embedding") return symbol;
  return layer === "output" ? `${symbol}⁽ᵒ⁾` : symbol + raised(layer);
}

/** The name of a quantity as text: h₂⁽¹⁾, x₁, ŷ₃; a gradient with its ∂. */
export function quantityName({ layer, timestep, quantity, gradient = false }) {
  const symbol = notation.symbols[quantity.startsWith("h") ? "h" : quantity];
  const bare = symbol + lowered(timestep) + (/^\d+$/.test(layer) ? raised(layer) : "");
  return gradient ? `∂L/∂${bare}` : bare;
}
