import { mark, text } from "../dom.js";
import { setField } from "../fields.js";
import { grouped } from "../format.js";
import { MARKED, faultAt } from "../problem.js";
import { embeddingOf, parameters } from "../scene.js";
import { tables, words } from "../words.js";
import { drawFault, drawSum } from "./sum.js";

/** The card of the output: its activation, which most losses decide, its units, and the loss. */
export function drawDense(card, { notation, scene, problem, chosen }) {
  const find = (name) => card.querySelector(`[data-part=${name}]`);
  const index = scene.layers.length - 1;
  const { activation, units } = scene.layers[index];
  setField(find("activation"), activation);
  find("activation").disabled = tables.losses[scene.loss] !== null;
  setField(find("outputs"), units);
  setField(find("loss"), scene.loss);
  text(card.querySelector(".count"), grouped(parameters(scene, index, tables.gates).total));
  drawSum(card.querySelector(".sum"), notation, scene, index, "output");
  drawFault(card, { problem, index, chosen });
  mark(find("lossFault"), faultAt(problem, MARKED.loss));
}

/** The card of the words: one-hot, or rows of an embedding, which is a layer with weights. */
export function drawWords(card, { notation, scene, problem, chosen }) {
  const find = (name) => card.querySelector(`[data-part=${name}]`);
  const embedding = embeddingOf(scene);
  const count = scene.vocabulary.length;
  setField(find("encoding"), embedding ? "Embedding" : "OneHot");
  text(card.querySelector(".shape"), words("model.vocabulary", { words: count, features: embedding?.output_dim ?? count }));
  text(card.querySelector(".count"), embedding ? grouped(parameters(scene, 0, tables.gates).total) : "0");
  find("sizes").hidden = embedding === null;
  if (embedding) {
    for (const name of ["input_dim", "output_dim"]) setField(find(name), embedding[name]);
    drawSum(card.querySelector(".sum"), notation, scene, 0, "embedding");
  }
  drawFault(card, { problem: embedding && problem, index: 0, chosen });
}
