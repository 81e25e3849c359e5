/** @import { State } from "../types.js" */

/** Has all of it arrived? The weights after the update stand last. */
const complete = (/** @type {State} */ { shown: { trace, transient } }) => trace !== null && !transient && trace.has("updated/output/bias");

/** How many numbers a worksheet would have: the weights that it gives, and every h with its gradient. */
function onPaper({ shown: { trace } }, { layers, timesteps }) {
  const sizes = Object.values(trace?.layout.weights ?? {}).flatMap((weights) => Object.values(weights));
  const given = sizes.reduce((sum, size) => sum + size.reduce((product, n) => product * n, 1), 0);
  return given + 2 * timesteps * layers.reduce((sum, { units }) => sum + units, 0);
}

/**
 * What an export may ask for: a key of the words that say why it cannot be had, and what is filled in there; or null.
 * @typedef {(state: State, can: {shape: any, film: boolean, legible: boolean, picture: boolean, paper: number}) => [string, object?] | null} Need
 */

/** @type {Record<string, Need>} */
const NEEDS = {
  numbers(state, { shape }) {
    if (shape.broken !== null) return ["export.why.broken"];
    return complete(state) ? null : ["export.why.arriving"];
  },
  server: ({ away }) => (away ? ["export.why.away"] : null),
  film: (_, { film }) => (film ? null : ["export.why.film"]),
  legible: (_, { legible }) => (legible ? null : ["export.why.wide"]),
  picture: (_, { picture }) => (picture ? null : ["export.why.large"]),
  paper(state, { shape, paper: limit }) {
    const count = onPaper(state, shape);
    return count > limit ? ["export.why.long", { count, limit }] : null;
  },
};

/**
 * What can be taken away: its name and its note in the table of words, what it needs, and what its file's name ends with and tells of.
 * @typedef {{kind: string, name: string, note: string, needs: string[], extension?: string, stepped?: boolean}} Offer
 */

/** @type {Offer[]} */
export const OFFERS = [
  { kind: "svg", name: "export.svg", note: "export.svg.note", extension: "svg", stepped: true, needs: [] },
  { kind: "png", name: "export.png", note: "export.png.note", extension: "png", stepped: true, needs: ["picture"] },
  { kind: "film", name: "export.film", note: "export.film.note", extension: "webm", needs: ["film", "numbers", "legible"] },
  { kind: "csv", name: "export.csv", note: "export.csv.note", extension: "csv", needs: ["numbers"] },
  { kind: "trace", name: "export.trace", note: "export.trace.note", extension: "safetensors", needs: ["numbers", "server"] },
  { kind: "scene", name: "export.scene", note: "export.scene.note", extension: "json", needs: ["numbers", "server"] },
  { kind: "link", name: "export.link", note: "export.link.note", needs: [] },
  { kind: "paper", name: "export.paper", note: "export.paper.note", needs: ["numbers", "paper", "server"] },
];

/** Why an export cannot be had now, as words; null where it can. @returns {[string, object?] | null} */
export function reasonAgainst(/** @type {State} */ state, { needs }, can) {
  return needs.map((need) => NEEDS[need](state, can)).find((reason) => reason !== null) ?? null;
}
