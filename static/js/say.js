import { fixed } from "./format.js";
import { layerName, quantityName, weightName } from "./notation.js";
import { hurries } from "./player.js";
import { descends } from "./scene.js";
import { shapeIn, stepIn, valuesIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { some, verdictOf } from "./verdict.js";
import { quoted, rich, words } from "./words.js";

/** @import { State, Step } from "./types.js" */

const verdict = (state, timestep) => verdictOf(state, timestep)?.whole ?? words("output.short");

/** How Dense ends: the activations that have sentences of their own, and the others, which bend. */
const endOf = ({ activation }) => (["sigmoid", "softmax", "linear"].includes(activation) ? activation : "bent");

/** One sentence per kind of step: its key and what is filled in. */
const SAY = {
  start: (state) => ["say.start", { words: quoted(state.shown.scene.sentence) }],
  words(state, { timestep }) {
    const { embedding } = shapeIn(state);
    return [embedding ? "say.word.embedding" : "say.word", { t: timestep, word: state.shown.scene.sentence[timestep - 1], count: embedding?.units }];
  },
  forward: (state, step) => (step.quantity ? operation(state, step) : forward(state, step)),
  output(state, { quantity }) {
    const { layers, outputs, output } = shapeIn(state);
    const end = endOf(output);
    const values = {
      layer: layers.length, f: output.activation, verdict: verdict(state, outputs[0]),
      W: weightName({ layer: "output", weight: "kernel" }), b: weightName({ layer: "output", weight: "bias" }),
    };
    if (quantity === "a") return ["say.output.a", values];
    if (outputs.length > 1) return [`say.output.every.${end}`, values];
    return [quantity ? `say.output.y.${end}` : `say.output.${end}`, values];
  },
  loss(state) {
    const { outputs } = shapeIn(state);
    const [timestep] = outputs;
    const said = verdictOf(state, timestep);
    const blame = valuesIn(state, { layer: "output", timestep, quantity: "a", gradient: true });
    const { loss } = state.shown.scene;
    return [outputs.length > 1 ? "say.loss.every" : `say.loss.${loss}`, {
      loss: fixed(state.shown.trace?.loss() ?? 0, 4), count: outputs.length, label: said?.label, y: said?.y,
      gradient: blame && `${quantityName({ layer: "output", timestep, quantity: "a", gradient: true })} = ${some(blame)}`,
    }];
  },
  backward: (state, step) => (step.quantity ? backwardOperation(state, step) : backward(state, step)),
  update(state, { layer, weight }) {
    const { scene } = state.shown;
    const { type: optimizer, learning_rate: rate } = scene.optimizer;
    if (!descends(scene)) return ["say.update.step", { name: weight ? weightName({ layer, weight }) : layerName(layer), optimizer, rate }];
    if (layer === "embedding") return ["say.update.embedding", { rate }];
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
  const plain = activation === "linear" && quantity === "h";
  return [plain ? "say.operation.SimpleRNN.h.linear" : `say.operation.${type}.${quantity}`, {
    t: timestep, layer, h: quantityName({ layer, timestep, quantity: "h" }), f: activation, values: some(valuesIn(state, { layer, timestep, quantity }) ?? []),
    W: weightName({ layer, weight: "kernel" }), U: weightName({ layer, weight: "recurrent_kernel" }), b: weightName({ layer, weight: "bias" }),
  }];
}

function backward(state, { layer, timestep }) {
  const { layers, timesteps, outputs } = shapeIn(state);
  const { type } = layerOf(shapeIn(state), layer);
  const top = Number(layer) === layers.length;
  const future = timestep < timesteps;
  const values = { layer, t: timestep, above: Number(layer) + 1, next: timestep + 1, U: weightName({ layer, weight: "recurrent_kernel" }), W: weightName({ layer: String(Number(layer) + 1), weight: "kernel" }) };
  if (!top) return [future ? "say.backward.above.future" : "say.backward.above", values];
  if (outputs.includes(timestep)) return [future ? `say.backward.output.future.${type}` : "say.backward.output", values];
  const norm = (t) => valuesIn(state, { layer, timestep: t, quantity: "h_norm", gradient: true })?.[0] ?? 0;
  return [norm(timestep) < norm(timestep + 1) ? `say.backward.future.shrinks.${type}` : `say.backward.future.grows.${type}`, values];
}

/** Back through a function that does not bend by degrees, blame passes whole or not at all. */
const SLOPES = { linear: "say.back.SimpleRNN.a.linear", relu: "say.back.SimpleRNN.a.relu" };

function backwardOperation(state, { layer, timestep, quantity }) {
  const { layers, timesteps, outputs } = shapeIn(state);
  const { type, activation = "tanh" } = layerOf(shapeIn(state), layer);
  const values = {
    layer, t: timestep, f: activation, U: weightName({ layer, weight: "recurrent_kernel" }), values: some(valuesIn(state, { layer, timestep, quantity, gradient: true }) ?? []),
  };
  if (quantity === "h") return ["say.operation.h.backward", values];
  if (!quantity.startsWith("h_")) return [SLOPES[activation] ?? `say.back.${type}.${quantity}`, values];
  const none = quantity === "h_from_time" ? timestep === timesteps : Number(layer) === layers.length && !outputs.includes(timestep);
  if (type === "GRU" && quantity === "h_from_time" && !none) return ["say.operation.h_from_time.GRU", values];
  return [`say.operation.${quantity}${none ? ".none" : ""}`, values];
}

/** The phases whose sentences follow each other too fast to be read while a large grid plays. */
const RUNNING = { words: "say.running.words", forward: "say.running.forward", backward: "say.running.backward" };

/** What is happening now, in one sentence, as nodes. */
export function say(/** @type {State} */ state) {
  if (shapeIn(state).broken !== null) return rich("say.broken");
  if (!state.shown.trace) return rich(state.problem ? "say.bad" : "say.loading");
  const step = stepIn(state);
  if (hurries(state) && RUNNING[step.phase]) return rich(RUNNING[step.phase], { layers: shapeIn(state).layers.length, timesteps: shapeIn(state).timesteps });
  return rich(...SAY[step.phase](state, step));
}
