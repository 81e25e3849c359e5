import { exact } from "./format.js";

/** The page's tables, as the server wrote them into the page: words, keys, quantities, limits, reviews. */
export const tables = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("tables")).textContent ?? "{}");

const MIRRORED = document.documentElement.dir === "rtl";

const written = (value) => (typeof value === "number" ? exact(value) : String(value));

/** Among words that run to the left a minus would change sides, and names their order: there what is filled in stands apart, as in <bdi>. */
const apart = (text) => (MIRRORED ? `\u2068${text}\u2069` : text);

/** A visible sentence by its key, its {placeholders} filled. An unknown key is an error: the contract test finds it first. */
export function words(key, values = {}) {
  const sentence = tables.words[key];
  if (sentence === undefined) throw new Error(`No words for “${key}”.`);
  return sentence.replace(/\{(\w+)\}/g, (_, name) => apart(written(values[name])));
}

/** The same as nodes, with *emphasis* as <em>; a filled-in star is no emphasis, and words from a person are isolated. A value may be nodes. */
export function rich(key, values = {}) {
  const sentence = tables.words[key];
  if (sentence === undefined) throw new Error(`No words for “${key}”.`);
  return sentence.split("*").map((part, i) => {
    const nodes = part.split(/(\{\w+\})/).map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (!name) return piece;
      const node = document.createElement("bdi");
      node.append(...[values[name]].flat().map((value) => (value instanceof Node ? value.cloneNode(true) : written(value))));
      return node;
    });
    if (i % 2 === 0) return nodes;
    const em = document.createElement("em");
    em.append(...nodes);
    return em;
  }).flat();
}

const MANY = 6; // more words than this are cut in a sentence of the page

/** A person's words inside a sentence of the page. */
export function quoted(sentence) {
  return sentence.length <= MANY ? sentence.join(" ") : `${sentence.slice(0, MANY).join(" ")} …`;
}
