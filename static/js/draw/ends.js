import { attrs, svg } from "../dom.js";
import { fixed, list } from "../format.js";
import { signed } from "../scales.js";
import { valuesIn } from "../state.js";
import { words } from "../words.js";
import { label } from "./picture.js";

/** @import { State } from "../types.js" */

const SHOWN_TILES = 5; // a longer one-hot vector is said in words instead
const LETTERS = 11;
const short = (word) => ([...word].length > LETTERS ? `${[...word].slice(0, LETTERS - 1).join("")}…` : word);

/** The word that enters at a timestep, with its one-hot vector. */
export function drawInput(node, { timestep, word, index, now, seen }, at) {
  const box = at.inputBox(timestep);
  const { tile } = at.profile;
  const middle = box.x + box.width / 2;
  const gap = 3;
  const features = at.features;
  const wide = Math.min(tile, (box.width - 12) / features - gap);
  const start = middle - (features * (wide + gap) - gap) / 2;
  const tiles = Array.from({ length: features }, (_, i) => svg("g", { class: i === index && seen ? "tile hot" : "tile", "data-address": `input/${timestep}/x/${i + 1}` },
    svg("rect", { x: start + i * (wide + gap), y: box.y + 8, width: wide, height: tile, rx: 5 }),
    label(seen ? (i === index ? "1" : "0") : "", { x: start + i * (wide + gap) + wide / 2, y: box.y + 8 + tile / 2 })));
  const summary = [label(`${index + 1} / ${features}`, { x: middle, y: box.y + 8 + tile / 2, class: "summary" })];
  attrs(node, { role: "img", "aria-label": words("word.name", { timestep, word }), class: `input${now ? " now" : ""}`, "data-address": `input/${timestep}` });
  node.replaceChildren(svg("rect", { ...box, rx: 12, class: "frame" }), ...(features <= SHOWN_TILES ? tiles : summary),
    svg("text", { x: middle, y: box.y + box.height - (box.height - 8 - tile) / 2 + 1, class: "word" }, svg("title", {}, word), short(word)));
}

/** h_0 of a layer: 0, or its numbers; opens its editor. */
export function drawInitial(node, { layer, state: values, chosen }, at) {
  const x = at.initialX;
  const y = at.middle(Number(layer));
  const zero = values.every((value) => value === 0);
  attrs(node, { role: "button", tabindex: 0, "aria-label": words("initial.name", { layer, values: list(values) }), class: `initial${chosen ? " chosen" : ""}`, "data-address": `${layer}/0` });
  const shown = zero || at.kind === "phone" || values.length > 6;
  const one = label(zero ? "0" : "h₀", { x: x - 4, y, class: "zero" });
  const step = at.profile.unit * 0.72;
  const numbers = [...values].flatMap((value, i) => {
    const top = y + (i - values.length / 2) * step;
    const { fill, ink } = signed(value);
    return [svg("rect", { x: x - 30, y: top + 1, width: 40, height: step - 2, rx: 5, style: `fill: ${fill}`, "data-address": `${layer}/0/h/${i + 1}` }),
      svg("text", { x: x - 10, y: top + step / 2, style: `fill: ${ink}` }, fixed(value, 2))];
  });
  node.replaceChildren(svg("rect", { x: x - 22, y: y - 22, width: 34, height: 44, rx: 10, class: "reach" }, svg("title", {}, words("initial.edit"))), ...(shown ? [one] : numbers));
}

/** What the outputs say: "ŷ = 0.56: positive; label 1: right", in parts. */
export function verdictOf(/** @type {State} */ state, timestep) {
  const y = valuesIn(state, { layer: "output", timestep, quantity: "y" });
  if (!y) return null;
  const { label: target } = state.shown.scene;
  const wanted = Array.isArray(target) ? target[timestep - 1] : target;
  const positive = y[0] >= 0.5;
  return {
    y: list(y),
    reading: words(positive ? "verdict.positive" : "verdict.negative"),
    label: wanted,
    judgement: words(positive === (wanted >= 0.5) ? "verdict.right" : "verdict.wrong"),
  };
}

/** The output of a timestep: its probability, and from the loss on its gradient. */
export function drawOutput(node, { timestep, verdict, gradient, now, chosen, alone }, at) {
  const box = at.outputBox(timestep);
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const value = verdict ? words("output.value", { y: verdict.y }) : box.width < 110 ? words("output.short") : words("output.waiting");
  const name = verdict ? words("output.name", { timestep, value: words("verdict", verdict) }) : words("output.pending", { timestep });
  const half = box.width / 4;
  attrs(node, { role: "button", tabindex: 0, "aria-label": name, "data-address": `output/${timestep}`,
    class: ["output", verdict ? "done" : "todo", now && `now ${now}`, chosen && "chosen"].filter(Boolean).join(" ") });
  const small = at.profile.small * 4;
  const x = gradient ? middle.x - half + 4 : middle.x;
  const judged = verdict && !alone; // one output alone has its verdict beside it
  node.replaceChildren(
    svg("rect", { ...box, rx: 22, class: "frame" }),
    label(gradient && box.width < 150 ? verdict?.y : value, { x, y: middle.y - (judged ? 8 : 0), class: "value", "data-address": `output/${timestep}/y/1` }),
    ...(judged ? [label(verdict.judgement, { x, y: middle.y + 10, class: "judgement" })] : []),
    ...(gradient ? [svg("g", { class: "number gradient", "data-address": `d/output/${timestep}/a/1` },
      svg("rect", { x: middle.x + half - small / 2 - 4, y: middle.y - 12, width: small, height: 24, rx: 6 }),
      svg("text", { x: middle.x + half - 4, y: middle.y }, fixed(gradient[0], 2)))] : []),
  );
}
