import { html, join, mark } from "../dom.js";
import { MARKED, faultAt } from "../problem.js";
import { edit } from "../runner.js";
import { withWord, withoutWord, wordsOf } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** The words that the network knows, each a place in the one-hot vectors; words join at the end, and leave when no sentence needs them. */
export function mountVocabulary(root, store) {
  const list = root.querySelector("[data-part=vocabulary]");
  const form = root.querySelector("form");
  const input = form.querySelector("input");
  const fault = root.querySelector(".fault");
  const scene = () => store.get().scene;

  function draw({ vocabulary, sentence }) {
    join(list, vocabulary, {
      key: (word) => word,
      create: (word) => html("li", { class: "chip" }, html("bdi", {}, word),
        html("button", { type: "button", "data-word": word, "aria-label": words("model.dropWord", { word }) }, "×")),
      update: (node, word) => {
        node.querySelector("button").hidden = sentence.includes(word) || vocabulary.length === 1;
      },
    });
  }

  return undoAll([
    listen(form, "submit", (event) => {
      event.preventDefault();
      const fresh = [...new Set(wordsOf(input.value))].filter((word) => !scene().vocabulary.includes(word));
      if (!fresh.length) return input.select();
      edit(store, fresh.reduce(withWord, scene()));
      input.value = "";
    }),
    listen(list, "click", ({ target }) => target.dataset.word && edit(store, withoutWord(scene(), target.dataset.word))),
    store.watch(({ scene: now }) => now, draw),
    store.watch(({ problem }) => problem, (problem) => mark(fault, faultAt(problem, MARKED.vocabulary))),
  ]);
}
