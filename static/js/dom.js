import { same } from "./memo.js";

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/** Sets attributes, writing only those that changed; null or false takes one away, true sets it empty. */
export function attrs(node, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === false) {
      if (node.hasAttribute(name)) node.removeAttribute(name);
    } else {
      const text = value === true ? "" : String(value);
      if (node.getAttribute(name) !== text) node.setAttribute(name, text);
    }
  }
  return node;
}

const marks = new Set(); // classes that belong to no drawing

/** Gives a class to these elements, and takes it from all others that have it; who keeps it is not touched. */
export function only(name, /** @type {Iterable<Element>} */ nodes) {
  marks.add(name);
  const wanted = new Set(nodes);
  for (const node of document.querySelectorAll(`.${name}`)) if (!wanted.delete(node)) node.classList.remove(name);
  for (const node of wanted) node.classList.add(name);
}

/** Sets the text of a node, writing only when it changed. */
export function text(node, words) {
  if (node.textContent !== words) node.textContent = words;
  return node;
}

const builder = (create) => (tag, values = {}, ...children) => {
  const node = attrs(create(tag), values);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

/** What the server says of a scene is English on a page of any language; the page's own words are in its language. */
export const SERVERS = { lang: "en", dir: "ltr" };
export const OURS = { lang: null, dir: null };

/** Shows what is wrong, or nothing; `fault` is a sentence or null, of the server unless it is said to be ours. */
export function mark(node, fault, language = SERVERS) {
  node.hidden = fault === null;
  return text(attrs(node, language), fault ?? "");
}

/** Switches a button off so that the keyboard keeps its place on it; `mountOff` sees to it that it does nothing. */
export const switchOff = (button, off) => attrs(button, { "aria-disabled": off && "true" });

/** Makes an element: html("p", {class: "note"}, "words", child). */
export const html = builder((tag) => document.createElement(tag));
/** The same in SVG. */
export const svg = builder((tag) => document.createElementNS(SVG, tag));
/** The same in MathML. */
export const mathml = builder((tag) => document.createElementNS(MATHML, tag));

/**
 * Makes parent's children match data one to one: same key, same element. Keeps focus and animations.
 * Where `signature` is given, an element whose datum has the same signature as before is left alone.
 *
 * @template D
 * @param {any} parent
 * @param {D[]} data
 * @param {{key: (datum: D) => any, create: (datum: D) => any, update: (node: any, datum: D) => void, signature?: (datum: D) => any[]}} how
 */
export function join(parent, data, { key, create, update, signature }) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const ids = data.map((datum) => String(key(datum)));
  const wanted = new Set(ids);
  for (const [id, node] of old) if (!wanted.has(id)) node.remove(); // first: an element that need not move keeps its focus
  let next = parent.firstElementChild;
  data.forEach((datum, i) => {
    const node = old.get(ids[i]) ?? create(datum);
    if (node.dataset.key !== ids[i]) node.dataset.key = ids[i];
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
    const drawn = signature?.(datum);
    if (drawn && same(drawn, node.drawn)) return;
    node.drawn = drawn;
    update(node, datum);
  });
}

/** Makes an element what a new one is; the marks that it has it keeps. */
function become(node, fresh) {
  for (const name of marks) if (node.classList.contains(name)) fresh.classList.add(name);
  if (node.isEqualNode(fresh)) return;
  for (const name of node.getAttributeNames()) if (!fresh.hasAttribute(name)) node.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) if (node.getAttribute(name) !== fresh.getAttribute(name)) node.setAttribute(name, fresh.getAttribute(name));
  match(node, fresh);
}

/** Makes the children of one node those of another. */
function match(node, fresh) {
  const there = [...node.childNodes];
  const wanted = [...fresh.childNodes];
  wanted.forEach((child, i) => {
    const old = there[i];
    if (!old) node.append(child);
    else if (old.nodeName !== child.nodeName) old.replaceWith(child);
    else if (child instanceof Element) become(old, child);
    else text(old, child.textContent);
  });
  for (const old of there.slice(wanted.length)) old.remove();
}

/**
 * Gives a node these children. What has stood there stays, with its focus, and only what differs is written: a browser lays out and paints no more than that.
 * New elements bring their attributes and words, so nothing may listen to them.
 */
export function fill(node, ...children) {
  const fresh = document.createDocumentFragment();
  fresh.append(...children);
  match(node, fresh);
}
