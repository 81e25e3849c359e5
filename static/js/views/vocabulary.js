import { OURS, html, join, mark } from "../dom.js";
import { MARKED, faultAt } from "../problem.js";
import { edit } from "../runner.js";
import { withWord, withoutWord } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { oddWord, wordsOf } from "../typed-words.js";
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

  const drawFault = (problem) => mark(fault, faultAt(problem, MARKED.vocabulary));

  return undoAll([
    listen(form, "submit", (event) => {
      event.preventDefault();
      const list = wordsOf(input.value);
      const odd = oddWord(list, scene().vocabulary);
      if (odd) return mark(fault, words(odd.key, odd.values), OURS);
      drawFault(store.get().problem);
      const fresh = [...new Set(list)].filter((word) => !scene().vocabulary.includes(word));
      if (!fresh.length) return input.select();
      edit(store, fresh.reduce(withWord, scene()));
      input.value = "";
    }),
    listen(list, "click", ({ target }) => target.dataset.word && edit(store, withoutWord(scene(), target.dataset.word))),
    store.watch(({ scene: now }) => now, draw),
    store.watch(({ problem }) => problem, drawFault),
  ]);
}
