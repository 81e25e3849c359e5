/** What a layer reads: the word for the first, else the h of the layer below; of so many recurrent layers. */
export function below(layer, layers) {
  if (layer === "1") return { layer: "input", quantity: "x" };
  return { layer: layer === "output" ? String(layers) : String(Number(layer) - 1), quantity: "h" };
}

/** Is it the place at this layer and timestep? */
export const isPlace = (place, layer, timestep) => place?.layer === layer && place.timestep === timestep;
