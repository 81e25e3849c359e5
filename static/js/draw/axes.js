import { fill, svg } from "../dom.js";
import { fixed } from "../format.js";
import { partial, quantityName } from "../names.js";
import { words } from "../words.js";
import { verdictOf } from "../verdict.js";
import { label, nameSpans } from "./picture.js";

/** The captions left of the outputs: what leaves the stack, and what is said of it. */
function captions({ state, shape, at, step }) {
  const first = at.outputBox(shape.outputs[0]);
  const verdict = verdictOf(state, shape.outputs[0]);
  const loss = verdict && at.gradients ? fixed(state.shown.trace?.loss() ?? 0, 4) : null;
  if (shape.outputs.length > 1) {
    const caption = loss === null ? words("every.timestep") : words("verdict.loss.every", { loss, count: shape.outputs.length });
    return [label(caption, { x: at.kind === "phone" ? 8 : at.axis.x + 14, y: 11, class: "caption first" })];
  }
  const lines = [
    verdict && [verdict.short, "verdict"],
    loss !== null && [words("verdict.loss", { loss }), "verdict loss", `output/${shape.outputs[0]}/loss/1`],
    (at.kind !== "phone" && !verdict) && [words("only.last"), "caption"],
  ].filter(Boolean);
  return lines.map(([line, name, address], i) => label(line, { "data-address": address, x: first.x - 14, y: first.y + first.height / 2 + (i - (lines.length - 1) / 2) * (at.profile.small + 6), class: name, "text-anchor": "end" }));
}

/** Above the first cell, where no edge leaves: which column is which. */
function columnHeads({ shape, at, notation }) {
  if (!at.gradients || at.kind === "phone" || shape.outputs.includes(1)) return [];
  const top = at.cellBox(shape.layers.length, 1);
  const [unit] = at.boxes(shape.layers.length);
  const head = (before, x, name) => label(before, { x, y: top.y - 10, class: `head ${name}` });
  const h = () => nameSpans(quantityName(notation, { quantity: "h" }));
  return [head(h(), top.x + unit.x + unit.width / 2, "h"), head([svg("tspan", {}, partial(notation)), ...h()], top.x + unit.x + unit.width * 1.5 + 6, "gradient")];
}

/** The axes: layers upward, time rightward, with the row and the column of what happens now in ink. */
export function drawAxes(root, drawing) {
  const { shape, at, step } = drawing;
  const { axis } = at;
  const phone = at.kind === "phone";
  const right = at.x(shape.timesteps) + at.cellWidth / 2 + 16;
  const rows = phone ? [] : [
    label(words("input"), { x: axis.x - 12, y: at.inputBox(1).y + at.inputBox(1).height / 2, class: `row${step.phase === "words" || step.layer === "embedding" ? " now" : ""}` }),
    ...shape.layers.map(({ name }) => label(words("layer", { layer: name }), { x: axis.x - 12, y: at.middle(Number(name)), class: `row${step.layer === name ? " now" : ""}` })),
  ];
  const columns = Array.from({ length: shape.timesteps }, (_, i) => label(words("timestep", { t: i + 1 }), { x: at.x(i + 1), y: axis.y + 19, class: `column${step.timestep === i + 1 ? " now" : ""}` }));
  const arrows = phone ? [] : [
    svg("path", { d: `M${axis.x} ${axis.top}V${axis.y}H${right}`, class: "axis" }),
    svg("path", { d: `M${axis.x} ${axis.top - 8}l-4 8h8zM${right + 8} ${axis.y}l-8 -4v8z`, class: "arrow" }),
    label("l", { x: axis.x - 3, y: axis.top - 20, class: "letter" }),
    label("t", { x: right + 14, y: axis.y, class: "letter" }),
  ];
  fill(root, ...arrows, ...rows, ...columns, ...captions(drawing), ...columnHeads(drawing));
}
