import { attrs, html, switchOff, text } from "../dom.js";
import { setField } from "../fields.js";
import { grouped } from "../format.js";
import { firstRecurrent, parameters, recurrentLayers } from "../scene.js";
import { tables, words } from "../words.js";
import { drawFault, drawSum } from "./sum.js";

/** The layers that are used again at every timestep. */
const CELLS = Object.keys(tables.weights).filter((type) => tables.weights[type].includes("recurrent_kernel"));

const select = (field, name, choices) => html("select", { "data-field": field, "aria-label": name }, choices.map((choice) => html("option", { value: choice }, choice)));
const toggle = (name) => html("button", { type: "button", role: "switch", "aria-label": name, class: "switch" });
const arrow = (command, sign) => html("button", { type: "button", "data-command": command, class: "small" }, sign);

/** A recurrent layer's card: its cell, units and options, its parameters, and its place in the stack. */
export function createCard({ index }) {
  const units = html("input", { type: "number", "data-field": "units", min: tables.limits.units.min, max: tables.limits.units.max, "aria-label": words("model.units"), title: words("model.units") });
  const activation = html("label", { class: "option" }, html("span", { "aria-hidden": "true" }, words("model.activation")),
    select("activation", words("model.activation"), tables.activations));
  return html("div", { role: "group", "aria-label": words("layer", { layer: index + 1 }), class: "layer", "data-index": index },
    select("type", words("model.cell"), CELLS), html("span", { class: "units" }, units),
    html("span", { class: "count" }), activation, toggle("reset_after"), toggle("return_sequences"), html("span", { class: "sum" }),
    html("span", { class: "moves" }, arrow("up", "↑"), arrow("down", "↓"), arrow("remove", "×")),
    html("p", { class: "fault", role: "alert" }));
}

/** A switch as Keras writes it: return_sequences=True. */
function drawSwitch(node, on) {
  attrs(node, { "aria-checked": String(on) });
  text(node, `${node.getAttribute("aria-label")}=${on ? "True" : "False"}`);
}

function drawOptions(find, { type, activation = "tanh", reset_after: after = true, return_sequences: sequences = false }) {
  setField(find("[data-field=type]"), type);
  find(".option").hidden = type !== "SimpleRNN";
  setField(find("[data-field=activation]"), activation);
  find("[aria-label=reset_after]").hidden = type !== "GRU";
  drawSwitch(find("[aria-label=reset_after]"), after);
  drawSwitch(find("[aria-label=return_sequences]"), sequences);
}

/** Fills a card. */
export function drawCard(node, { notation, scene, index, problem, chosen }) {
  const recurrent = recurrentLayers(scene);
  const place = firstRecurrent(scene) + index;
  const find = (selector) => node.querySelector(selector);
  drawOptions(find, recurrent[index]);
  setField(find("[data-field=units]"), recurrent[index].units);
  text(find(".count"), grouped(parameters(scene, place, tables.gates).total));
  drawSum(find(".sum"), notation, scene, place, String(index + 1));
  const last = recurrent.length - 1;
  for (const [command, off] of Object.entries({ up: index === last, down: index === 0, remove: last === 0 })) {
    const button = find(`[data-command=${command}]`);
    switchOff(button, off);
    attrs(button, { "aria-label": words(`model.${command}`, { layer: index + 1 }) });
  }
  drawFault(node, { problem, index: place, chosen });
}
