/** What the norms of a grid say: pure functions of the server's answer. */

/** @typedef {{layer: string, type: string, units: number, norms: number[], from_depth: number[], from_time: number[],
 *   meters: {gate: string, singular_value: number, spectral_radius: number, threshold: number | null, verdict: string}[]}} LayerNorms */
/** @typedef {{scene: string, timesteps: number, loss: number, layers: LayerNorms[], weights: {layer: string, name: string, norm: number, clipped: number}[]}} Norms */

/** What of the gradient a row shows. */
export const rowOf = (/** @type {LayerNorms} */ layer, show) => ({ depth: layer.from_depth, time: layer.from_time })[show] ?? layer.norms;

/**
 * How much smaller the gradient becomes from the loss at the top right: down through the layers at the last timestep, and back through time
 * in the top layer, where there is no other way. Infinite where nothing arrives; null where nothing begins.
 */
export function costsOf(/** @type {Norms} */ { layers }) {
  const top = layers[layers.length - 1].norms;
  const last = top.length - 1;
  return top[last] === 0 ? null : { depth: top[last] / layers[0].norms[last], time: top[last] / top[0] };
}

/** The norm of all gradients of weights together. */
export const together = (/** @type {number[]} */ norms) => Math.hypot(...norms);

const FEWEST = 8;
const MOST = 16;

/** The decades that a scale spans so that all of these numbers stand on it, within reason: their exponents, both ends included. */
export function decadesOf(/** @type {number[][]} */ rows) {
  const numbers = rows.flat().filter((number) => number > 0);
  if (!numbers.length) return { low: -FEWEST, high: 0 };
  const high = Math.max(0, Math.ceil(Math.log10(Math.max(...numbers))));
  const low = Math.floor(Math.log10(Math.min(...numbers)));
  return { low: Math.max(high - MOST, Math.min(high - FEWEST, low)), high };
}

/** Where a number stands on such a scale, from 0 to 1; null where there is none to place. */
export function placeOn({ low, high }, number) {
  if (!(number > 0)) return null;
  return Math.max(0, Math.min(1, (Math.log10(number) - low) / (high - low)));
}

/** The cells from one to another, first along its layer and then upward; null where the other does not come after it. */
export function wayBetween(/** @type {number[]} */ [layer, timestep], /** @type {number[]} */ [above, after]) {
  if (above < layer || after < timestep || (above === layer && after === timestep)) return null;
  return [
    ...Array.from({ length: after - timestep }, (_, i) => [layer, timestep + i + 1]),
    ...Array.from({ length: above - layer }, (_, i) => [layer + i + 1, after]),
  ];
}

/** A path with one more cell, and those between; a cell that lies behind begins another path. */
export function extended(/** @type {number[][]} */ path, cell) {
  const last = path[path.length - 1];
  const way = last && wayBetween(last, cell);
  return way ? [...path, ...way] : [cell];
}
