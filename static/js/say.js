import { fixed, list } from "./format.js";
import { quantityName, weightName } from "./notation.js";
import { verdictOf } from "./draw/ends.js";
import { shapeIn, stepIn, valuesIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { quoted, rich, words } from "./words.js";

/** @import { State, Step } from "./types.js" */

const verdict = (state, timestep) => {
  const said = verdictOf(state, timestep);
  return said ? words("verdict", said) : words("output.short");
};

/** One sentence per kind of step: its key and what is filled in. */
const SAY = {
  start: (state) => ["say.start", { words: quoted(state.shown.scene.sentence) }],
  words: (state, { timestep }) => ["say.word", { t: timestep, word: state.shown.scene.sentence[timestep - 1] }],
  forward: (state, step) => (step.quantity ? operation(state, step) : forward(state, step)),
  output(state, { quantity }) {
    const { layers, outputs } = shapeIn(state);
    const every = outputs.length > 1;
    const values = { layer: layers.length, W: weightName({ layer: "output", weight: "kernel" }), b: weightName({ layer: "output", weight: "bias" }), verdict: verdict(state, outputs[0]) };
    if (quantity === "a") return ["say.output.a", values];
    return [every ? "say.output.every" : quantity ? "say.output.y" : "say.output", values];
  },
  loss(state) {
    const { outputs } = shapeIn(state);
    const [timestep] = outputs;
    const said = verdictOf(state, timestep);
    const blame = valuesIn(state, { layer: "output", timestep, quantity: "a", gradient: true });
    return [outputs.length > 1 ? "say.loss.every" : "say.loss", {
      loss: fixed(state.shown.trace?.loss() ?? 0, 4), count: outputs.length, label: said?.label, y: said?.y,
      gradient: blame && `${quantityName({ layer: "output", timestep, quantity: "a", gradient: true })} = ${list(blame)}`,
    }];
  },
  backward: (state, step) => (step.quantity ? backwardOperation(state, step) : backward(state, step)),
  update(state, { layer, weight }) {
    const rate = state.shown.scene.optimizer.learning_rate;
    const learner = layer === "output" ? "say.update.output" : "say.update";
    return weight ? ["say.update.weight", { name: weightName({ layer, weight }), rate }] : [learner, { layer, rate }];
  },
};

function forward(state, { layer, timestep }) {
  const { sentence } = state.shown.scene;
  const values = { t: timestep, layer, below: Number(layer) - 1, word: sentence[timestep - 1], past: quoted(sentence.slice(0, timestep - 1)) };
  if (layer === "1") return [timestep === 1 ? "say.forward.first.past" : "say.forward.first", values];
  return [timestep === 1 ? "say.forward.past" : "say.forward", values];
}

function operation(state, { layer, timestep, quantity }) {
  const { type, activation = "tanh" } = layerOf(shapeIn(state), layer);
  return [`say.operation.${type}.${quantity}`, {
    t: timestep, layer, h: quantityName({ layer, timestep, quantity: "h" }), f: activation, values: list(valuesIn(state, { layer, timestep, quantity }) ?? []),
    W: weightName({ layer, weight: "kernel" }), U: weightName({ layer, weight: "recurrent_kernel" }), b: weightName({ layer, weight: "bias" }),
  }];
}

function backward(state, { layer, timestep }) {
  const { layers, timesteps, outputs } = shapeIn(state);
  const top = Number(layer) === layers.length;
  const future = timestep < timesteps;
  const values = { layer, t: timestep, above: Number(layer) + 1, next: timestep + 1, U: weightName({ layer, weight: "recurrent_kernel" }), W: weightName({ layer: String(Number(layer) + 1), weight: "kernel" }) };
  if (!top) return [future ? "say.backward.above.future" : "say.backward.above", values];
  if (outputs.includes(timestep)) return [future ? "say.backward.output.future" : "say.backward.output", values];
  const norm = (t) => valuesIn(state, { layer, timestep: t, quantity: "h_norm", gradient: true })?.[0] ?? 0;
  return [norm(timestep) < norm(timestep + 1) ? "say.backward.future.shrinks" : "say.backward.future.grows", values];
}

function backwardOperation(state, { layer, timestep, quantity }) {
  const { layers, timesteps, outputs } = shapeIn(state);
  const { type, activation = "tanh" } = layerOf(shapeIn(state), layer);
  const values = {
    layer, t: timestep, f: activation, U: weightName({ layer, weight: "recurrent_kernel" }), values: list(valuesIn(state, { layer, timestep, quantity, gradient: true }) ?? []),
  };
  if (quantity === "h") return ["say.operation.h.backward", values];
  if (!quantity.startsWith("h_")) return [`say.back.${type}.${quantity}`, values];
  const none = quantity === "h_from_time" ? timestep === timesteps : Number(layer) === layers.length && !outputs.includes(timestep);
  return [`say.operation.${quantity}${none ? ".none" : ""}`, values];
}

/** What is happening now, in one sentence, as nodes. */
export function say(/** @type {State} */ state) {
  if (shapeIn(state).broken !== null) return rich("say.broken");
  if (!state.shown.trace) return rich(state.problem ? "say.bad" : "say.loading");
  const step = stepIn(state);
  return rich(...SAY[step.phase](state, step));
}
