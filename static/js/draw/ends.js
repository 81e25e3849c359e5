import { attrs, fill, svg } from "../dom.js";
import { exact, fixed, list } from "../format.js";
import { asText, quantityName } from "../names.js";
import { signRgb, signed, strength } from "../scales.js";
import { words } from "../words.js";
import { nameKept } from "./cells.js";
import { badge, label, mosaic } from "./picture.js";

const SHOWN_TILES = 5; // a longer one-hot vector is said in words instead
const LETTERS = 11;

/** A word, cut where it is too long for its box. */
export const short = (word) => ([...word].length > LETTERS ? `${[...word].slice(0, LETTERS - 1).join("")}…` : word);

/** One number of a one-hot vector: 1 or 0, or what was set there by hand. */
const tileText = (vector, index, i) => (vector ? exact(Number(vector[i].toFixed(2))) : i === index ? "1" : "0");

/** The tiles of a one-hot vector; empty before its step. */
function tiles({ timestep, index, seen, vector }, box, { features, profile: { tile } }) {
  const gap = 3;
  const wide = Math.min(tile, (box.width - 12) / features - gap);
  const start = box.x + box.width / 2 - (features * (wide + gap) - gap) / 2;
  return Array.from({ length: features }, (_, i) => svg("g", { class: i === index && seen ? "tile hot" : "tile", "data-address": `input/${timestep}/x/${i + 1}` },
    svg("rect", { x: start + i * (wide + gap), y: box.y + 8, width: wide, height: tile, rx: 5 }),
    label(seen ? tileText(vector, index, i) : "", { x: start + i * (wide + gap) + wide / 2, y: box.y + 8 + tile / 2 })));
}

/** A word's row of the embedding, a colour per number; the strongest colour is its largest number, for these numbers are small. */
function row({ vector, address }, box, { profile: { tile } }) {
  const place = { x: box.x + 8, y: box.y + 8, width: box.width - 16, height: tile };
  if (!vector) return [svg("rect", { ...place, rx: 5, class: "well" })];
  const largest = Math.max(...Array.from(vector, Math.abs)) || 1;
  return [svg("g", { class: "vector", "data-address": address }, mosaic(vector, place, (value) => [...signRgb(value / largest), 255]),
    svg("rect", { ...place, rx: 3, class: "edge-of" }))];
}

/** What a word is said as: itself, or with the vector that it has become. */
export function nameOf({ timestep, word, vector, embedded }) {
  if (!vector || !embedded) return words("word.name", { timestep, word });
  return words("word.vector", { timestep, word, count: vector.length, largest: fixed(Math.max(...Array.from(vector, Math.abs)), 2) });
}

/** What an input box does at a step: its word enters, or its row of the embedding learns. */
export function inputNow({ phase, timestep, layer }, t) {
  if (layer === "embedding") return phase;
  return phase === "words" && timestep === t ? phase : null;
}

/** The word that enters at a timestep, with its vector. */
export function drawInput(node, input, at) {
  const { timestep, word, index, embedded, now } = input;
  const box = at.inputBox(timestep);
  const { tile } = at.profile;
  const middle = box.x + box.width / 2;
  const summary = () => [label(`${index + 1} / ${at.features}`, { x: middle, y: box.y + 8 + tile / 2, class: "summary" })];
  const picture = embedded ? row(input, box, at) : at.features <= SHOWN_TILES ? tiles(input, box, at) : summary();
  attrs(node, { role: "img", "aria-label": nameOf(input), class: `input${now ? ` now ${now}` : ""}`, "data-address": `input/${timestep}` });
  fill(node, svg("rect", { ...box, rx: 12, class: "frame" }), ...picture,
    svg("text", { x: middle, y: box.y + box.height - (box.height - 8 - tile) / 2 + 1, class: "word" }, svg("title", {}, word), short(word)));
}

/** The names of the states that are not zero: h₀, of an LSTM also c₀. */
export const lettersOf = (notation, states) => Object.entries(states).filter(([, values]) => values.some((value) => value !== 0))
  .map(([quantity]) => asText(quantityName(notation, { quantity, timestep: 0 }))).join(" ");

export function initialName({ layer, notation, states: { h, c } }) {
  const letter = (quantity) => asText(quantityName(notation, { quantity }));
  return c ? words("initial.name.LSTM", { layer, letter_h: letter("h"), h: list(h), letter_c: letter("c"), c: list(c) }) : words("initial.name", { layer, values: list(h) });
}

/** h_0 of a layer: 0, or its numbers, or its letters where there is no room for them; opens its editor. */
export function drawInitial(node, { layer, states, chosen, kept, notation }, at) {
  const x = at.initialX;
  const y = at.middle(Number(layer));
  const letters = lettersOf(notation, states);
  attrs(node, { role: "button", tabindex: 0, "aria-label": nameKept(initialName({ layer, states, notation }), kept), class: `initial${chosen ? " chosen" : ""}`, "data-address": `${layer}/0` });
  const { h, c } = states;
  const written = letters !== "" && !c && at.kind !== "phone" && h.length <= 6;
  const step = at.profile.unit * 0.72;
  const numbers = () => h.flatMap((value, i) => {
    const top = y + (i - h.length / 2) * step;
    const { fill, ink } = signed(value);
    return [svg("rect", { x: x - 30, y: top + 1, width: 40, height: step - 2, rx: 5, style: `fill: ${fill}`, "data-address": `${layer}/0/h/${i + 1}` }),
      svg("text", { x: x - 10, y: top + step / 2, style: `fill: ${ink}` }, fixed(value, 2))];
  });
  fill(node, svg("rect", { x: x - 22, y: y - 22, width: 34, height: 44, rx: 10, class: "reach" }, svg("title", {}, words("initial.edit", { h: asText(quantityName(notation, { quantity: "h", timestep: 0 })) }))),
    ...(written ? numbers() : [label(letters || "0", { x: x - 4, y, class: "zero" })]), ...badge(kept, { x: Math.max(11, x - 16), y: y - 18 }));
}

/** Many outputs as a strip, a colour per unit: the label's class stands out. */
function strip(values, box, y, { wanted, address, paint }) {
  const wide = (box.width - 28) / values.length;
  return Array.from(values, (value, i) => svg("rect", {
    x: box.x + 14 + i * wide, y, width: Math.max(1, wide - 1), height: 8, style: `fill: ${paint(value)}`, class: i === wanted ? "share wanted" : "share", "data-address": `${address}/${i + 1}`,
  }, svg("title", {}, fixed(value, 4))));
}

/** The outputs of a timestep, where there are several: their probabilities or numbers, and from the loss on their gradients. */
function drawMany({ timestep, y, gradient, wanted, rgb, value }, box) {
  const middle = box.x + box.width / 2;
  if (!y) return [label(value, { x: middle, y: box.y + box.height / 2, class: "value" })];
  const largest = Math.max(...Array.from(gradient ?? [], Math.abs));
  const magenta = (part) => `rgb(${rgb.join(" ")} / ${strength(Math.abs(part), largest)})`;
  return [
    label(value, { x: middle, y: box.y + (gradient ? 13 : 16), class: "value" }),
    ...strip(y, box, box.y + (gradient ? 23 : 28), { wanted, address: `output/${timestep}/y`, paint: (part) => signed(part).fill }),
    ...(gradient ? strip(gradient, box, box.y + 33, { wanted: null, address: `d/output/${timestep}/a`, paint: magenta }) : []),
  ];
}

/** The output of a timestep, where there is one number: it, what is judged of it, and from the loss on its gradient. */
function drawOne({ timestep, verdict, gradient, alone, value }, box, { profile }) {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const half = box.width / 4;
  const small = profile.small * 4;
  const x = gradient ? middle.x - half + 4 : middle.x;
  const judged = verdict && !alone; // one output alone has its verdict beside it
  return [
    label(gradient && box.width < 150 ? verdict?.y : value, { x, y: middle.y - (judged ? 8 : 0), class: "value", "data-address": `output/${timestep}/y/1` }),
    ...(judged ? [label(verdict.judgement, { x, y: middle.y + 10, class: "judgement" })] : []),
    ...(gradient ? [svg("g", { class: "number gradient", "data-address": `d/output/${timestep}/a/1` },
      svg("rect", { x: middle.x + half - small / 2 - 4, y: middle.y - 12, width: small, height: 24, rx: 6 }),
      svg("text", { x: middle.x + half - 4, y: middle.y }, fixed(gradient[0], 2)))] : []),
  ];
}

/** An output in words: what it says, or that it is on its way. */
export const outputName = (timestep, verdict) => (verdict ? words("output.name", { timestep, value: verdict.whole }) : words("output.pending", { timestep }));

/** The output of a timestep. */
export function drawOutput(node, output, at) {
  const { timestep, verdict, now, chosen, kept, activation, units } = output;
  const box = at.outputBox(timestep);
  const waiting = box.width < 110 ? words("output.short") : words("output.waiting", { f: activation });
  const said = { ...output, value: verdict?.value ?? waiting };
  attrs(node, { role: "button", tabindex: 0, "data-address": `output/${timestep}`,
    "aria-label": nameKept(outputName(timestep, verdict), kept),
    class: ["output", verdict ? "done" : "todo", now && `now ${now}`, chosen && "chosen"].filter(Boolean).join(" ") });
  fill(node, svg("rect", { ...box, rx: 22, class: "frame" }), ...(units > 1 ? drawMany(said, box) : drawOne(said, box, at)),
    ...badge(kept, { x: box.x + 5, y: box.y + 5 }));
}
