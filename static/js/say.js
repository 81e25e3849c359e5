import { hasTwoBiases } from "./equations.js";
import { fixed } from "./format.js";
import { partial, quantityName, weightName } from "./names.js";
import { layerName, nameNodes, notationIn } from "./notation.js";
import { hurries } from "./player.js";
import { descends } from "./scene.js";
import { shapeIn, stepIn, valuesIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { some, verdictOf } from "./verdict.js";
import { quoted, rich, words } from "./words.js";

/** @import { State, Step } from "./types.js" */

const verdict = (state, timestep) => verdictOf(state, timestep)?.whole ?? words("output.short");

/** How Dense ends: the activations that have sentences of their own, and the others, which bend. */
const endOf = ({ activation = "" }) => (["sigmoid", "softmax", "linear"].includes(activation) ? activation : "bent");

/** A weight, or a quantity at its place, as a sentence shows it. */
const weightIn = (state, layer, weight) => nameNodes(weightName(notationIn(state), { layer, weight }, null, hasTwoBiases(layerOf(shapeIn(state), layer)) ? "both" : null));
const quantityIn = (state, address) => nameNodes(quantityName(notationIn(state), address));

/** The letters of a cell with gates, for the sentences that speak of its gates and states as such. */
const lettersIn = (state) => Object.fromEntries(["i", "f", "g", "o", "c", "z", "n", "h"].map((quantity) => [`letter_${quantity}`, quantityIn(state, { quantity })]));

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
      W: weightIn(state, "output", "kernel"), b: weightIn(state, "output", "bias"),
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
      gradient: blame && [partial(notationIn(state)), ...quantityIn(state, { layer: "output", timestep, quantity: "a" }), ` = ${some(blame)}`],
    }];
  },
  backward: (state, step) => (step.quantity ? backwardOperation(state, step) : backward(state, step)),
  update(state, { layer, weight }) {
    const { scene } = state.shown;
    const { type: optimizer, learning_rate: rate } = scene.optimizer;
    if (!descends(scene) && !weight && Number(layer)) return ["say.update.step.layer", { layer, optimizer, rate }];
    if (!descends(scene)) return ["say.update.step", { name: weight ? weightIn(state, layer, weight) : layerName(layer), optimizer, rate }];
    if (layer === "embedding") return ["say.update.embedding", { rate }];
    const learner = layer === "output" ? "say.update.output" : "say.update";
    return weight ? ["say.update.weight", { name: weightIn(state, layer, weight), rate }] : [learner, { layer, rate }];
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
    ...lettersIn(state),
    t: timestep, layer, h: quantityIn(state, { layer, timestep, quantity: "h" }), f: activation, values: some(valuesIn(state, { layer, timestep, quantity }) ?? []),
    W: weightIn(state, layer, "kernel"), U: weightIn(state, layer, "recurrent_kernel"), b: weightIn(state, layer, "bias"),
  }];
}

function backward(state, { layer, timestep }) {
  const { layers, timesteps, outputs } = shapeIn(state);
  const { type } = layerOf(shapeIn(state), layer);
  const top = Number(layer) === layers.length;
  const future = timestep < timesteps;
  const above = Number(layer) + 1;
  const values = {
    ...lettersIn(state), layer, t: timestep, above, next: timestep + 1,
    U: weightIn(state, layer, "recurrent_kernel"), W: weightIn(state, top ? "output" : String(above), "kernel"),
  };
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
    ...lettersIn(state), layer, t: timestep, f: activation, U: weightIn(state, layer, "recurrent_kernel"), values: some(valuesIn(state, { layer, timestep, quantity, gradient: true }) ?? []),
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
