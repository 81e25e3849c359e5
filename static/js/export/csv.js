/** @import { Entry } from "../types.js" */
/** @import { Trace } from "../trace.js" */

const HEAD = ["layer", "timestep", "quantity", "row", "unit", "value", "gradient", "updated"];

const line = (fields) => `${HEAD.map((_, i) => fields[i] ?? "").join(",")}\r\n`;

/** The shortest digits that are read back as the same number; of a zero its sign too. */
const exact = (/** @type {number | undefined} */ value) => (value === undefined ? "" : Object.is(value, -0) ? "-0" : String(value));

/** One line per unit of a quantity, its gradient beside it; some quantities have no gradient, and some gradients no quantity. */
function quantityLines(/** @type {Trace} */ trace, address) {
  const values = trace.vector(address);
  const gradients = trace.vector({ ...address, gradient: true });
  const { layer, timestep, quantity } = address;
  const units = (values ?? gradients)?.length ?? 0;
  return Array.from({ length: units }, (_, i) => line([layer, timestep, quantity, "", i + 1, exact(values?.[i]), exact(gradients?.[i])])).join("");
}

/** One line per number of a row of a weight, with its gradient, and what it is after one step; a vector has no rows. */
function rowLines(layer, weight, row, [values, gradients, updated]) {
  return Array.from(values, (value, i) => line([layer, "", weight, row, i + 1, exact(value), exact(gradients[i]), exact(updated[i])])).join("");
}

/** The rows of a weight, each as something still to be written. */
function weightTasks(/** @type {Trace} */ trace, layer, weight) {
  const [values, gradients, updated] = ["weights", "gradients", "updated"].map((of) => trace.weight({ layer, weight, of }) ?? []);
  const vector = trace.layout.weights[layer][weight].length === 1;
  const names = trace.rowsOf({ layer, weight });
  return values.map((row, i) => () => rowLines(layer, weight, vector ? "" : names[i], [row, gradients[i], updated[i]]));
}

/** Which quantities, or gradients of them, the entries name: each once, layer by layer. */
function placesOf(/** @type {Entry[]} */ entries) {
  const places = [...new Map(entries.map(({ layer, quantity }) => [`${layer}/${quantity}`, { layer, quantity }])).values()];
  return [...new Set(places.map(({ layer }) => layer))].flatMap((name) => places.filter(({ layer }) => layer === name));
}

/**
 * Every number of a trace as a table (RFC 4180), in pieces still to be written: a large one takes longer than a page may stand still.
 *
 * @param {Trace} trace
 * @returns {(() => string)[]}
 */
export function csvTasks(trace) {
  const { layout } = trace;
  const isOutput = ({ layer }) => layer === "output";
  const cells = placesOf([...layout.forward, ...layout.backward.filter((entry) => !isOutput(entry))]);
  const outputs = placesOf([...layout.output, ...layout.backward.filter(isOutput)]);
  const at = (places, timestep) => places.map((place) => () => quantityLines(trace, { ...place, timestep }));
  return [
    () => line(HEAD),
    ...at(placesOf(layout.initial_state), 0),
    ...Array.from({ length: layout.timesteps }, (_, i) => at(cells, i + 1)).flat(),
    ...layout.output_timesteps.flatMap((timestep) => at(outputs, timestep)),
    () => line(["output", "", "loss", "", "", exact(trace.loss() ?? undefined)]),
    ...Object.entries(layout.weights).flatMap(([layer, weights]) => Object.keys(weights).flatMap((weight) => weightTasks(trace, layer, weight))),
  ];
}
