import { attrs, html, join, mark, text } from "../dom.js";
import { weightName } from "../notation.js";
import { MARKED, faultAt } from "../problem.js";
import { edit } from "../runner.js";
import { parameters, recurrentLayers, withAddedLayer, withSeed, withSequences, withSwapped, withUnits, withoutLayer } from "../scene.js";
import { placeIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";

/** @import { Scene, State } from "../types.js" */

const nameOf = (scene, index) => (index === scene.layers.length - 1 ? "output" : String(index + 1));

/** 3·3 + 3·3 + 3: every product a button that lights the uses of its matrix. */
function drawSum(root, scene, index) {
  const layer = nameOf(scene, index);
  const sizes = Object.entries(parameters(scene, index).sizes);
  join(root, sizes.map(([weight, size]) => ({ weight, size })), {
    key: ({ weight }) => `${layer}/${weight}`,
    create: ({ weight }) => html("button", { type: "button", "data-address": `${layer}/${weight}`, "data-light": "" }),
    update(node, { weight, size: [rows, columns] }) {
      const of = words(layer === "output" ? "layer.output" : "layer", { layer });
      attrs(node, { "aria-label": words(columns ? "model.weight" : "model.weight.vector", { name: weightName({ layer, weight }), of, rows, columns }) });
      text(node, columns ? `${rows}·${columns}` : String(rows));
    },
  });
}

const arrow = (command, sign) => html("button", { type: "button", "data-command": command, class: "small" }, sign);

/** A recurrent layer's card: type, units, return_sequences, its parameters, and its place in the stack. */
function createCard({ index }) {
  const units = html("input", { type: "number", min: tables.limits.units.min, max: tables.limits.units.max, "aria-label": words("model.units") });
  const sequences = html("button", { type: "button", role: "switch", "aria-label": "return_sequences", class: "switch" });
  return html("div", { role: "group", "aria-label": words("layer", { layer: index + 1 }), class: "layer", "data-index": index },
    html("span", { class: "type" }), html("label", { class: "units" }, html("span", { "aria-hidden": "true" }, words("model.units")), units),
    html("span", { class: "count" }), sequences, html("span", { class: "sum" }),
    html("span", { class: "moves" }, arrow("up", "↑"), arrow("down", "↓"), arrow("remove", "×")),
    html("p", { class: "fault", role: "alert" }));
}

function drawCard(node, { scene, index, problem, chosen }) {
  const layer = scene.layers[index];
  const last = recurrentLayers(scene).length - 1;
  const find = (selector) => node.querySelector(selector);
  text(find(".type"), layer.type);
  text(find(".count"), String(parameters(scene, index).total));
  const input = find("input");
  if (input !== document.activeElement || Number(input.value) !== layer.units) input.value = String(layer.units);
  attrs(find("[role=switch]"), { "aria-checked": String(layer.return_sequences === true) });
  text(find("[role=switch]"), `return_sequences=${layer.return_sequences ? "True" : "False"}`);
  drawSum(find(".sum"), scene, index);
  for (const [command, off] of Object.entries({ up: index === last, down: index === 0, remove: last === 0 })) {
    const button = find(`[data-command=${command}]`);
    button.disabled = off;
    attrs(button, { "aria-label": words(`model.${command}`, { layer: index + 1 }) });
  }
  drawFault(node, { problem, index, chosen });
}

/** Marks a card with what the server says of its place in the scene. */
function drawFault(card, { problem, index, chosen }) {
  const fault = faultAt(problem, MARKED.layer(index));
  mark(card.querySelector(".fault"), fault);
  attrs(card, { class: ["layer", chosen && "chosen", fault !== null && "bad"].filter(Boolean).join(" ") });
}

/** The stack, top layer on top; what is asked of it becomes the next scene. */
export function mountModel(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [stack, dense, input, total, seed, fresh, add] = ["stack", "dense", "input", "total", "seed", "fresh", "add"].map(find);
  const scene = () => store.get().scene;
  const indexOf = (target) => Number(target.closest("[data-index]")?.dataset.index);

  function draw({ scene: now, problem, place }) {
    const recurrent = recurrentLayers(now);
    const last = now.layers.length - 1;
    join(stack, recurrent.map((_, index) => ({ scene: now, index, problem, chosen: place === String(index + 1) })).reverse(), {
      key: ({ index }) => index,
      create: createCard,
      update: drawCard,
    });
    const { features, units, total: count } = parameters(now, last);
    text(dense.querySelector(".shape"), words("model.shape", { features, units }));
    text(dense.querySelector(".count"), String(count));
    drawSum(dense.querySelector(".sum"), now, last);
    drawFault(dense, { problem, index: last, chosen: place === "output" });
    text(input.querySelector(".shape"), words("model.vocabulary", { words: now.vocabulary.length }));
    text(total, String(now.layers.reduce((sum, _, index) => sum + parameters(now, index).total, 0)));
    if (seed !== document.activeElement || Number(seed.value) !== now.weights.seed) seed.value = String(now.weights.seed);
    add.disabled = recurrent.length >= tables.limits.recurrent_layers.max;
  }

  const commands = {
    up: (index) => edit(store, withSwapped(scene(), index)),
    down: (index) => edit(store, withSwapped(scene(), index - 1)),
    remove: (index) => edit(store, withoutLayer(scene(), index)),
  };

  /** A number as typed; what is no number is left standing, for the person to finish. */
  const typed = (target) => (target.value === "" || target.validity.badInput ? null : Number(target.value));

  return undoAll([
    listen(stack, "click", ({ target }) => {
      const index = indexOf(target);
      if (target.role === "switch") edit(store, withSequences(scene(), index, !recurrentLayers(scene())[index]?.return_sequences));
      commands[target.dataset.command]?.(index);
    }),
    listen(stack, "change", ({ target }) => {
      const units = typed(target);
      if (units !== null) edit(store, withUnits(scene(), indexOf(target), units));
    }),
    listen(seed, "change", () => typed(seed) !== null && edit(store, withSeed(scene(), typed(seed)))),
    listen(fresh, "click", () => edit(store, withSeed(scene(), (scene().weights.seed + 1) % (tables.limits.seed.max + 1)))),
    listen(add, "click", () => edit(store, withAddedLayer(scene()))),
    store.watch((state) => [state.scene, state.problem, placeIn(state).layer], ([now, problem, place]) => draw({ scene: now, problem, place })),
  ]);
}
