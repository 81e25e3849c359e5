import { attrs, html, join, mark, text } from "../dom.js";
import { MARKED, faultAt } from "../problem.js";
import { edit } from "../runner.js";
import { wordsOf, withSentence, withWord } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";

/** @import { Scene, State } from "../types.js" */

const same = (a, b) => a.length === b.length && a.every((word, i) => word === b[i]);
const chips = (sentence) => sentence.map((word) => html("bdi", { class: "chip" }, word));

/** The word that the server did not know, if that is what is wrong with the sentence. */
function unknownWord({ problem, scene }) {
  const error = problem?.errors?.find(({ code, pointer }) => code === "unknown_token" && pointer.startsWith("/sentence/"));
  return error ? scene.sentence[Number(error.pointer.split("/").at(-1))] : null;
}

/** The reviews of the notes, and a person's own sentence. */
export function mountReviews(root, store) {
  const list = root.querySelector("[data-part=list]");
  const own = root.querySelector("form[data-part=own]");
  const sentence = own.querySelector("input[name=sentence]");
  const label = own.querySelector("select");
  const add = root.querySelector("[data-part=add]");
  const fault = root.querySelector("[data-part=fault]");

  const scene = () => store.get().scene;
  const setSentence = (list, value) => edit(store, withSentence(scene(), list, value));

  function drawList(/** @type {Scene} */ { sentence: now, label: target }) {
    join(list, tables.reviews, {
      key: ({ sentence: review }) => review.join(" "),
      create: ({ sentence: review, label: value }) => html("li", {}, html("button", {
        type: "button", "aria-label": words("review.name", { words: review.join(" "), label: value }),
      }, chips(review), html("span", { class: "label" }, String(value)))),
      update: (node, review) => attrs(node.firstChild, { "aria-pressed": String(same(review.sentence, now) && review.label === target) }),
    });
    const mine = !tables.reviews.some((review) => same(review.sentence, now));
    if (document.activeElement !== sentence) sentence.value = mine ? now.join(" ") : "";
    label.value = String(Array.isArray(target) ? target.at(-1) : target);
  }

  function drawFault(state) {
    const unknown = unknownWord(state);
    const said = faultAt(state.problem, MARKED.sentence);
    mark(fault, said);
    attrs(sentence, { "aria-invalid": said === null ? null : "true" });
    add.hidden = unknown === null;
    if (unknown !== null) text(add, words("model.addWord", { word: unknown }));
  }

  return undoAll([
    listen(list, "click", ({ target }) => {
      const index = [...list.children].indexOf(target.closest("li"));
      if (index >= 0) setSentence(tables.reviews[index].sentence, tables.reviews[index].label);
    }),
    listen(own, "submit", (event) => {
      event.preventDefault();
      setSentence(wordsOf(sentence.value), Number(label.value));
    }),
    listen(label, "change", () => setSentence(scene().sentence, Number(label.value))),
    listen(add, "click", () => edit(store, withWord(scene(), unknownWord(store.get())))),
    store.watch(({ scene: now }) => now, drawList),
    store.watch(({ problem, scene: now }) => [problem, now], () => drawFault(store.get())),
  ]);
}
