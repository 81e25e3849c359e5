import { lookup } from "./lookup.js";
import { readMoment, writeMoment } from "./moment.js";
import { packedScene, unpackScene } from "./packing.js";
import { isScene } from "./scene-schema.js";
import { stepIn } from "./state.js";
import { wordsOf } from "./typed-words.js";

/** @import { Place, Scene, State } from "./types.js" */

/** Version 2 packs the scene, and names the step by its event; it reads version 1. */
export const VERSION = 2;
const LONGEST_SCENE = 2000; // characters of one that cannot be packed; longer ones go by their ids
const SCENE_ID = /^[0-9a-f]{64}$/;
const PACKED = /^[\w-]+$/;
const CELL = /^(output|[1-9]\d{0,2}),(\d{1,3})$/;
const PLACE = /^(output|[1-9]\d{0,2})\/(0|[1-9]\d{0,2})$/;
const MOST_PLACES = 24;

const SHARES = /^(-?\d(?:\.\d{1,5})?),(-?\d(?:\.\d{1,5})?)$/;

const oneOf = (choices) => (text) => (choices.includes(text) ? text : undefined);
const count = (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined);
const flag = (text) => (/^[01]$/.test(text) ? text === "1" : undefined);

const CLOSING = /[\p{P}\p{S}\s]$/u;
const MOST_SIGNS = 8;

/** A text as it stands, and then without one closing sign after another: mail and chat take the full stop of a sentence, or the bracket around it, into a link. */
function* readings(text) {
  let rest = text;
  for (let signs = 0; signs <= MOST_SIGNS && rest; signs += 1) {
    yield rest;
    if (!CLOSING.test(rest)) return;
    rest = rest.slice(0, -1);
  }
}

/** What the first reading of a text that can be read says; undefined where none can. */
function firstRead(text, read) {
  if (text === "") return read(text);
  for (const reading of readings(text)) {
    const value = read(reading);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The notations that the table of the page has; the first is in force unless another is chosen. */
export const NOTATIONS = ["lecture", "keras", "pytorch", "d2l", "pascanu", "ng"];

/** Every part of a view that a link carries: how it is written, and how it is read; what cannot be read is undefined. */
const PARTS = {
  step: { write: String, read: readMoment }, // written by its event, for which the scene is needed
  detail: { write: String, read: oneOf(["cell", "operation"]) },
  order: { write: String, read: oneOf(["timestep", "layer", "diagonal"]) },
  speed: { write: String, read: (text) => oneOf(["0.25", "0.5", "1", "2", "4"])(text) && Number(text) },
  pinned: {
    write: (place) => (place ? `${place.layer},${place.timestep}` : ""),
    read(text) {
      const [, layer, timestep] = CELL.exec(text) ?? [];
      return layer ? { layer, timestep: Number(timestep) } : undefined;
    },
  },
  kept: {
    write: (places) => places.map(({ layer, timestep }) => `${layer}/${timestep}`).join(),
    read(text) {
      const texts = text.split(",");
      const places = texts.map((place) => PLACE.exec(place));
      const whole = places.every(Boolean) && new Set(texts).size === texts.length && texts.length <= MOST_PLACES;
      return whole ? places.map(([, layer, timestep]) => ({ layer, timestep: Number(timestep) })) : undefined;
    },
  },
  unit: { write: String, read: (text) => count(text) || undefined },
  lit: { write: (address) => address ?? "", read: (text) => (/^[\w/,]{1,60}$/.test(text) ? text : undefined) },
  loop: { write: (on) => (on ? "1" : "0"), read: flag },
  shapes: { write: (on) => (on ? "1" : "0"), read: flag },
  exact: { write: (on) => (on ? "1" : "0"), read: flag },
  view: { write: String, read: oneOf(["grid", "gradients", "training", "compare"]) },
  versus: { write: String, read: oneOf(["SimpleRNN", "LSTM", "GRU", "sentence", "learnt/1", "learnt/10", "learnt/50", "before"]) },
  otherSentence: { write: (sentence) => sentence.join(" "), read: wordsOf },
  contrast: { write: (on) => (on ? "1" : "0"), read: flag },
  lab: { write: (text) => text, read: (text) => (/^(|[\w.~ ]{0,79}[\w~])$/.test(text) ? text : undefined) },
  study: { write: (text) => text, read: (text) => (/^(|[\w.~-]{0,79}[\w~])$/.test(text) ? text : undefined) },
  unfolded: { write: (text) => text, read: (text) => (/^(|[a-z.]{0,79}[a-z])$/.test(text) ? text : undefined) },
  epochs: { write: String, read: (text) => (/^-?\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined) }, // as typed: what cannot be is said where it is asked for
  chart: { write: String, read: oneOf(["loss", "weights", "gradients", "states", "path", "histogram", "singular"]) },
  path: { write: String, read: (text) => (/^(|\w{3,9}~\d{1,3}\/\d{1,3}(,\d{1,3}\/\d{1,3}){0,49})$/.test(text) ? text : undefined) },
  folded: { write: (on) => (on ? "1" : "0"), read: flag },
  tab: { write: String, read: oneOf(["cell", "layer", "gradient", "code"]) },
  notation: { write: String, read: oneOf(NOTATIONS) },
  beside: { write: String, read: oneOf(["none", ...NOTATIONS]) },
  theme: { write: String, read: oneOf(["system", "light", "dark"]) },
  projector: { write: (on) => (on ? "1" : "0"), read: flag },
  zoom: { write: (zoom) => String(Number(zoom.toPrecision(6))), read: (text) => (/^\d{1,3}(\.\d{1,6})?$/.test(text) && Number(text) ? Number(text) : undefined) },
  pan: {
    write: (pan) => (pan ? [pan.x, pan.y].map((share) => Number(share.toFixed(5))).join() : ""),
    read(text) {
      const [, x, y] = SHARES.exec(text) ?? [];
      return x ? { x: Number(x), y: Number(y) } : undefined;
    },
  },
};

/** The names of those parts, which are the state's. */
export const VIEW = Object.keys(PARTS);

const NO_WORDS = /** @type {string[]} */ ([]);
const NO_PLACES = /** @type {Place[]} */ ([]);

/** The view that a page opens with, where its link says nothing else. */
export const DEFAULT_VIEW = {
  step: 0, detail: "cell", order: "timestep", speed: 1, pinned: null, kept: NO_PLACES, unit: 1, lit: null,
  loop: false, shapes: false, exact: false, folded: false, notation: "lecture", beside: "none", tab: "cell", view: "grid", versus: "LSTM", otherSentence: NO_WORDS, contrast: false, lab: "", study: "", unfolded: "", epochs: 100, chart: "loss", path: "", theme: "system", projector: false, zoom: 1, pan: null,
};

/** The parts of a view that are not as a page opens with, as texts. @returns {Record<string, string>} */
export function writeView(/** @type {State} */ state) {
  const texts = Object.entries(PARTS).map(([name, { write }]) => [name, write(state[name]), write(DEFAULT_VIEW[name])]);
  const changed = Object.fromEntries(texts.filter(([, text, first]) => text !== first));
  return changed.step ? { ...changed, step: writeMoment(stepIn(state)) } : changed;
}

/** A view as texts say it, whose step has yet to be found in the timeline of its scene. @typedef {Partial<Omit<State, "step">> & {step?: any}} View a number, or a Moment */

/** The parts of a view that such texts say, and the names of those that could not be read. @returns {{view: View, bad: string[]}} */
export function readView(texts) {
  const read = Object.keys(PARTS).filter((name) => Object.hasOwn(texts, name)).map((name) => [name, firstRead(texts[name], PARTS[name].read)]);
  return { view: Object.fromEntries(read.filter(([, value]) => value !== undefined)), bad: read.filter(([, value]) => value === undefined).map(([name]) => name) };
}

/** Scene and view as the fragment of a link. A scene that is not packed stands in it as it is, or goes by its id if it is long. */
export function writeLink(/** @type {State} */ state) {
  const fragment = new URLSearchParams({ v: String(VERSION), scene: packedScene(state.shown.scene) ?? plainScene(state) });
  for (const [name, text] of Object.entries(writeView(state))) fragment.set(name, text);
  return `#${fragment}`.replace(/[.*_-]$/, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`); // mail and chat leave out what looks like punctuation
}

function plainScene(/** @type {State} */ { shown: { scene, id, transient } }) {
  const json = JSON.stringify(scene);
  return json.length > LONGEST_SCENE && id && !transient ? id : json;
}

/**
 * What a fragment says: a scene or the id of one, the parts of the view that could be read, and the names of those that could not.
 *
 * @param {string} hash
 * @returns {{newer?: string, packed?: string, scene: Scene | null, id: string | null, view: View, bad: string[]}} a scene that is packed has to be unpacked
 */
export function readLink(hash) {
  const parts = partsOf(hash);
  /** @type {ReturnType<typeof readLink>} */
  const link = { scene: null, id: null, view: {}, bad: [] };
  const names = Object.keys(parts);
  if (!names.length) return link;
  const known = names.some((name) => name === "scene" || VIEW.includes(name));
  const version = firstRead(lookup(parts, "v") ?? (known ? String(VERSION) : ""), (text) => (/^\d+$/.test(text) ? text : undefined));
  if (version === undefined) return { ...link, bad: ["v"] };
  if (Number(version) > VERSION) return { ...link, newer: version };

  const text = lookup(parts, "scene");
  const scene = text ? firstRead(text, (reading) => readSceneOf(reading, Number(version))) : {};
  const { view, bad } = readView(parts);
  return { ...link, ...scene, view, bad: [...(scene ? [] : ["scene"]), ...bad] };
}

/** The parts of a fragment by their names, also where mail or chat has written &amp; for &. @returns {Record<string, string>} */
function partsOf(hash) {
  const said = [...new URLSearchParams(hash.replace(/^#/, ""))];
  const mended = said.map(([name, text]) => [name.replace(/^(amp;)+/, ""), text]);
  return Object.fromEntries([...mended, ...said]); // what stands there as it should has the last word
}

/** The scene of a link: its id, itself, or packed; undefined where it is none of them. @returns {{id: string} | {packed: string} | {scene: Scene} | undefined} */
function readSceneOf(text, version) {
  if (SCENE_ID.test(text)) return { id: text };
  if (version > 1 && PACKED.test(text)) return { packed: text };
  const scene = readScene(text);
  return scene ? { scene } : undefined;
}

/** The same link with its scene, or with the scene among what could not be read. */
export async function unpackLink(/** @type {ReturnType<typeof readLink>} */ { packed, ...link }) {
  for (const reading of readings(packed ?? "")) {
    const text = await unpackScene(reading);
    const scene = text === null ? null : readScene(text);
    if (scene) return { ...link, scene };
  }
  return { ...link, bad: ["scene", ...link.bad] };
}

/** The scene that a text is, or null. */
export function readScene(text) {
  try {
    const scene = JSON.parse(text);
    return isScene(scene) ? scene : null;
  } catch {
    return null;
  }
}
