import { join, switchOff, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { grouped } from "../format.js";
import { createCard, drawCard } from "../model/card.js";
import { drawDense, drawWords } from "../model/ends.js";
import { notationIn } from "../notation.js";
import { edit } from "../runner.js";
import {
  parameters, recurrentLayers, withActivation, withAddedLayer, withCell, withEmbedding, withEmbeddingSize, withLoss, withOneHot, withOutputActivation,
  withOutputUnits, withReset, withSeed, withSequences, withSwapped, withUnits, withoutLayer,
} from "../scene.js";
import { placeIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { tables } from "../words.js";

/** @import { Scene, State } from "../types.js" */

/** What a person can ask of a recurrent layer's card: what its fields set, its switches turn and its buttons do. */
const FIELDS = { type: withCell, units: withUnits, activation: withActivation };
const SWITCHES = {
  return_sequences: (scene, index) => withSequences(scene, index, !recurrentLayers(scene)[index]?.return_sequences),
  reset_after: (scene, index) => withReset(scene, index, recurrentLayers(scene)[index]?.reset_after === false),
};
const COMMANDS = {
  up: withSwapped,
  down: (scene, index) => withSwapped(scene, index - 1),
  remove: withoutLayer,
};

/** The same of the cards at both ends of the stack, and of what stands below it. */
const ENDS = {
  loss: (scene, loss) => withLoss(scene, loss, tables.losses[loss]),
  activation: withOutputActivation,
  outputs: withOutputUnits,
  encoding: (scene, kind) => (kind === "Embedding" ? withEmbedding(scene) : withOneHot(scene)),
  input_dim: (scene, size) => withEmbeddingSize(scene, "input_dim", size),
  output_dim: (scene, size) => withEmbeddingSize(scene, "output_dim", size),
  seed: withSeed,
};

/** What a field holds; null where a number is not finished. */
const valueOf = (field) => (field.type === "number" ? typed(field) : field.value);

/** The stack, top layer on top; what is asked of it becomes the next scene. */
export function mountModel(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [stack, dense, input, total, seed, fresh, add] = ["stack", "dense", "input", "total", "seed", "fresh", "add"].map(find);
  const scene = () => store.get().scene;
  const indexOf = (target) => Number(target.closest("[data-index]")?.dataset.index);
  const nextSeed = ({ weights }) => (weights.seed + 1) % (tables.limits.seed.max + 1);

  function draw({ notation, scene: now, problem, place }) {
    const recurrent = recurrentLayers(now);
    join(stack, recurrent.map((_, index) => ({ notation, scene: now, index, problem, chosen: place === String(index + 1) })).reverse(), {
      key: ({ index }) => index,
      create: createCard,
      update: drawCard,
    });
    drawDense(dense, { notation, scene: now, problem, chosen: place === "output" });
    drawWords(input, { notation, scene: now, problem, chosen: place === "embedding" });
    text(total, grouped(now.layers.reduce((sum, _, index) => sum + parameters(now, index, tables.gates).total, 0)));
    setField(seed, now.weights.seed);
    switchOff(add, recurrent.length >= tables.limits.recurrent_layers.max);
  }

  /** Sets what a field says, with the function of that name, of a layer or of the whole. */
  function change(target) {
    const value = valueOf(target);
    const { field, part } = target.dataset;
    if (value === null) return;
    if (field) edit(store, FIELDS[field](scene(), indexOf(target), value));
    else if (ENDS[part]) edit(store, ENDS[part](scene(), value));
  }

  return undoAll([
    listen(root, "change", ({ target }) => change(target)),
    listen(stack, "click", ({ target }) => {
      const asked = target.role === "switch" ? SWITCHES[target.getAttribute("aria-label")] : COMMANDS[target.dataset.command];
      if (asked) edit(store, asked(scene(), indexOf(target)));
    }),
    listen(fresh, "click", () => edit(store, withSeed(scene(), nextSeed(scene())))),
    listen(add, "click", () => edit(store, withAddedLayer(scene()))),
    store.watch((state) => [notationIn(state), state.scene, state.problem, placeIn(state).layer],
      ([notation, now, problem, place]) => draw({ notation, scene: now, problem, place })),
  ]);
}
