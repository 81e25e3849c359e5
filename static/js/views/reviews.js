import { attrs, html, join, text } from "../dom.js";
import { edit } from "../runner.js";
import { withSentence, withWord, withoutWord } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";

/** @import { Scene, State } from "../types.js" */

const same = (a, b) => a.length === b.length && a.every((word, i) => word === b[i]);
const chips = (sentence) => sentence.map((word) => html("bdi", { class: "chip" }, word));

/** The sentence that a person typed: words between spaces, one form for words that look the same. */
const read = (input) => input.value.normalize("NFC").trim().split(/\s+/u).filter(Boolean);

/** The word that the server did not know, if that is what is wrong with the sentence. */
function unknownWord({ problem, scene }) {
  const error = problem?.errors?.find(({ code, pointer }) => code === "unknown_token" && pointer.startsWith("/sentence/"));
  return error ? scene.sentence[Number(error.pointer.split("/").at(-1))] : null;
}

/** The reviews of the notes, a person's own sentence, and the vocabulary that it is made of. */
export function mountReviews(root, store) {
  const list = root.querySelector("[data-part=list]");
  const own = root.querySelector("form[data-part=own]");
  const sentence = own.querySelector("input[name=sentence]");
  const label = own.querySelector("select");
  const add = root.querySelector("[data-part=add]");
  const fault = root.querySelector("[data-part=fault]");
  const vocabulary = root.querySelector("[data-part=vocabulary]");
  const word = root.querySelector("form[data-part=word]");

  const scene = () => store.get().scene;
  const setSentence = (list, value) => list.length && edit(store, withSentence(scene(), list, value));

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

  function drawVocabulary(/** @type {Scene} */ { vocabulary: known, sentence: now }) {
    join(vocabulary, known, {
      key: (token) => token,
      create: (token) => html("li", { class: "chip" }, html("bdi", {}, token), html("button", { type: "button", "data-word": token, "aria-label": words("model.dropWord", { word: token }) }, "×")),
      update: (node, token) => { node.querySelector("button").hidden = now.includes(token) || known.length === 1; },
    });
  }

  function drawFault(state) {
    const unknown = unknownWord(state);
    const error = state.problem?.errors?.find(({ pointer }) => /^\/(sentence|label|vocabulary)/.test(pointer));
    fault.hidden = !error;
    text(fault, error ? error.detail ?? state.problem.detail : "");
    attrs(sentence, { "aria-invalid": error ? "true" : null });
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
      setSentence(read(sentence), Number(label.value));
    }),
    listen(label, "change", () => setSentence(scene().sentence, Number(label.value))),
    listen(add, "click", () => edit(store, withWord(scene(), unknownWord(store.get())))),
    listen(word, "submit", (event) => {
      event.preventDefault();
      const input = word.querySelector("input");
      const [token] = read(input);
      if (!token || scene().vocabulary.includes(token)) return input.select();
      edit(store, withWord(scene(), token));
      input.value = "";
    }),
    listen(vocabulary, "click", ({ target }) => target.dataset.word && edit(store, withoutWord(scene(), target.dataset.word))),
    store.watch(({ scene: now }) => now, (now) => {
      drawList(now);
      drawVocabulary(now);
    }),
    store.watch(({ problem, scene: now }) => [problem, now], () => drawFault(store.get())),
  ]);
}
