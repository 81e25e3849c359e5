import { lookup } from "./lookup.js";

/** @import { Address, Layout, WeightAddress } from "./types.js" */

/**
 * Every number of a scene, by its address, as far as it has arrived.
 *
 * @typedef {ReturnType<typeof createTrace>} Trace
 */

/**
 * @param {Layout} layout
 * @param {(name: string) => Float64Array | null} tensor the numbers of a tensor, or null while they are on their way
 */
export function createTrace(layout, tensor) {
  const entries = new Map();
  for (const part of ["initial_state", "forward", "output", "backward"]) {
    for (const entry of layout[part]) entries.set(`${part}/${entry.layer}/${entry.quantity}`, entry);
  }
  const outputWidth = layout.output.reduce((width, { units }) => width + units, 0);

  /** Where an address stands: its tensor, its entry, and how far into the tensor its row starts. */
  function locate(/** @type {Address} */ { layer, timestep, quantity, gradient }) {
    if (gradient) {
      const initial = timestep === 0;
      const part = initial ? "initial_state" : "backward";
      return { name: initial ? "gradients/initial_state" : `backward/${timestep}`, entry: entries.get(`${part}/${layer}/${quantity}`), row: 0 };
    }
    if (timestep === 0) return { name: "initial_state", entry: entries.get(`initial_state/${layer}/${quantity}`), row: 0 };
    if (layer === "output") {
      const row = layout.output_timesteps.indexOf(timestep) * outputWidth;
      return { name: "output", entry: entries.get(`output/${layer}/${quantity}`), row };
    }
    return { name: `forward/${timestep}`, entry: entries.get(`forward/${layer}/${quantity}`), row: 0 };
  }

  return {
    layout,
    /** @param {string} name is this tensor here? */
    has: (name) => tensor(name) !== null,
    /**
     * All units of a quantity, or null where there is none (yet).
     * @param {Address} address
     */
    vector(address) {
      const { name, entry, row } = locate(address);
      const numbers = entry && row >= 0 ? tensor(name) : null;
      if (!numbers || row + entry.start + entry.units > numbers.length) return null;
      return numbers.subarray(row + entry.start, row + entry.start + entry.units);
    },
    /** The loss, or null while it is on its way. */
    loss: () => tensor("loss")?.[0] ?? null,
    /**
     * A whole weight, as rows: of `weights`, `gradients` or `updated`. A vector is one row; of an embedding there are the rows of the sentence's words.
     * @param {WeightAddress & {of?: string}} address
     */
    weight({ layer, weight, of = "weights" }) {
      const shape = lookup(lookup(layout.weights, layer), weight);
      const numbers = shape ? tensor(`${of}/${layer}/${weight}`) : null;
      if (!numbers) return null;
      const columns = /** @type {number} */ (shape.at(-1));
      return Array.from({ length: numbers.length / columns }, (_, i) => numbers.subarray(i * columns, (i + 1) * columns));
    },
    /** What the rows of a weight are counted as, from 1: those of an embedding are not all here. */
    rowsOf({ layer, weight }) {
      const rows = lookup(lookup(layout.weights, layer), weight)?.at(-2) ?? 1;
      return (layer === "embedding" && layout.embedding_rows) || Array.from({ length: rows }, (_, i) => i + 1);
    },
  };
}

/** An address as text, for the page's elements and for its links: "2/3/h/1", "d/2/3/h/1" of a gradient, "2/kernel/1,2" of a weight. */
export function addressText(address) {
  if (!address) return null;
  const parts = "weight" in address && address.weight
    ? [address.layer, address.weight, address.index?.join(",")]
    : [address.layer, address.timestep, address.quantity, address.unit];
  return [address.gradient ? "d" : undefined, ...parts].filter((part) => part !== undefined).join("/");
}

const QUANTITY = /^(?:(d)\/)?(\d+|input|output)\/(\d+)\/([a-z]\w*)(?:\/(\d+))?(?:\/f)?$/;
const WEIGHT = /^(?:(d)\/)?(\d+|embedding|output)\/([a-z]\w*)(?:\/(\d+(?:,\d+)?))?$/;

/** The address that such a text is; null where it is none. @returns {any} */
export function parseAddress(text) {
  const gradient = text?.startsWith("d/") ?? false;
  const [, , layer, timestep, quantity, unit] = QUANTITY.exec(text ?? "") ?? [];
  if (layer) return { layer, timestep: Number(timestep), quantity, gradient, ...(unit ? { unit: Number(unit) } : {}) };
  const [, , owner, weight, index] = WEIGHT.exec(text ?? "") ?? [];
  return owner ? { layer: owner, weight, gradient, ...(index ? { index: index.split(",").map(Number) } : {}) } : null;
}

/** What pointing at an address lights, as a selector: the same number, the wholes that it is a part of, and its own parts. */
export function relatives(address) {
  const parts = address.split("/");
  const wholes = parts.map((_, i) => `[data-address="${parts.slice(0, i + 1).join("/")}"]`);
  return [...wholes, `[data-address^="${address}/"]`].join();
}
