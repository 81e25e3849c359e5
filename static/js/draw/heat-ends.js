import { attrs, html, join, text } from "../dom.js";
import { fixed } from "../format.js";
import { same } from "../memo.js";
import { keptAs } from "../kept.js";
import { initialOf } from "../scene.js";
import { isPlace } from "../place.js";
import { signed } from "../scales.js";
import { valuesIn } from "../state.js";
import { verdictOf } from "../verdict.js";
import { words } from "../words.js";
import { nameKept } from "./cells.js";
import { initialName, inputNow, lettersOf, nameOf, outputName, short } from "./ends.js";

const WORD_ROOM = 28; // px: a narrower timestep has no room for its word
const OUTPUT_WIDTH = 96;

const placed = ({ x, y, width, height }) => `left: ${x}px; top: ${y}px; width: ${width}px; height: ${height}px`;

/** The words below the grid: marks that fill as they enter, written out where there is room. */
export function drawWords(root, { state, shape, scene, at, step, known }) {
  const changing = ["start", "words"].includes(step.phase) || step.layer === "embedding" ? step : null;
  const drawn = [at, scene, state.shown.id, changing];
  if (same(drawn, root.drawn)) return; // as most steps leave them
  root.drawn = drawn;
  const written = at.pitch >= WORD_ROOM;
  const inputs = scene.sentence.map((word, i) => {
    const address = { layer: "input", timestep: i + 1, quantity: "x" };
    return { word, timestep: i + 1, address, embedded: shape.embedding !== null, now: inputNow(step, i + 1), seen: known(address) <= state.step };
  });
  attrs(root, { style: `${placed({ ...at.inputBox(1), x: at.left, width: at.plot.width })}; --gap: ${at.gap}px` });
  join(root, inputs, {
    key: ({ timestep }) => timestep,
    create: ({ timestep }) => html("span", { role: "img", "data-address": `input/${timestep}` }),
    signature: ({ word, now, seen }) => [word, now, seen, written, seen && shape.embedding && state.shown.id],
    update(node, { word, timestep, address, embedded, now, seen }) {
      const vector = shape.embedding && seen ? valuesIn(state, address) : null;
      attrs(node, { "aria-label": nameOf({ word, timestep, vector, embedded }), class: ["word", seen && "seen", now && `now ${now}`].filter(Boolean).join(" ") });
      text(node, written ? short(word) : "");
    },
  });
}

/** h_0 of every layer, left of its first cell. */
export function drawInitials(root, { state, shape, scene, at, place, notation }) {
  const size = Math.min(at.profile.initial - 4, at.row - 2);
  const initials = shape.layers.map(({ name }, i) => ({ layer: name, states: initialOf(scene, i), chosen: isPlace(place, name, 0), kept: keptAs(state, name, 0) }));
  join(root, initials, {
    key: ({ layer }) => layer,
    create: () => html("span", { role: "button", tabindex: 0 }),
    signature: ({ chosen, kept }) => [at, scene, notation, chosen, kept],
    update(node, { layer, states, chosen, kept }) {
      const box = at.cellBox(Number(layer), 1);
      attrs(node, { "aria-label": nameKept(initialName({ layer, states, notation }), kept), title: words("initial.edit"), "data-address": `${layer}/0`, class: `initial${chosen ? " chosen" : ""}`,
        style: placed({ x: at.left - size - 4, y: box.y + (box.height - size) / 2, width: size, height: size }) });
      text(node, lettersOf(notation, states) || "0");
    },
  });
}

/** What leaves: one answer with its verdict, or one of each timestep in the colour of its first number. */
export function drawOutputs(root, drawing) {
  const { state, shape, at, step, place, known } = drawing;
  const now = step.phase === "output" || step.phase === "loss" || (step.phase === "update" && step.layer === "output") ? step.phase : null;
  const alone = shape.outputs.length === 1;
  const there = known({ layer: "output", quantity: "y" }) <= state.step && state.shown.trace?.has("output");
  join(root, shape.outputs.map((timestep) => ({ timestep, chosen: isPlace(place, "output", timestep), kept: keptAs(state, "output", timestep) })), {
    key: ({ timestep }) => timestep,
    create: () => html("span", { role: "button" }),
    signature: ({ chosen, kept }) => [at, state.shown.id, state.dark, there, now, chosen, kept],
    update(node, { timestep, chosen, kept }) {
      const verdict = there ? verdictOf(state, timestep) : null;
      const box = at.outputBox(timestep);
      const wide = alone ? { ...box, x: Math.min(box.x + box.width / 2 - OUTPUT_WIDTH / 2, at.left + at.plot.width - OUTPUT_WIDTH), width: OUTPUT_WIDTH, y: box.y - 3, height: 26 } : box;
      const colour = verdict && !alone ? `; background: ${signed(valuesIn(state, { layer: "output", timestep, quantity: "y" })[0]).fill}` : "";
      attrs(node, { "aria-label": nameKept(outputName(timestep, verdict), kept), "data-address": `output/${timestep}`,
        tabindex: timestep === shape.outputs.at(-1) ? 0 : -1, style: placed(wide) + colour,
        class: ["leaving", verdict ? "done" : "todo", now && `now ${now}`, chosen && "chosen", alone && "alone"].filter(Boolean).join(" ") });
      text(node, alone ? verdict?.value ?? words("output.short") : "");
    },
  });
}

/** What is said of the outputs, at the upper edge. */
export function captionOf({ state, shape, at }) {
  const first = shape.outputs[0];
  const verdict = verdictOf(state, first);
  const loss = verdict && at.gradients ? fixed(state.shown.trace?.loss() ?? 0, 4) : null;
  if (shape.outputs.length > 1) return loss === null ? words("every.timestep") : words("verdict.loss.every", { loss, count: shape.outputs.length });
  if (!verdict) return at.kind === "phone" ? "" : words("only.last");
  return loss === null ? verdict.short : `${verdict.short} · ${words("verdict.loss", { loss })}`;
}
