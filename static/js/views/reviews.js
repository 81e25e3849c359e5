import { OURS, attrs, html, join, mark, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { reviewsOf } from "../presets.js";
import { MARKED, faultAt } from "../problem.js";
import { edit, editNumbers } from "../runner.js";
import { withSentence, withWord } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { oddWord, wordsOf } from "../typed-words.js";
import { tables, words } from "../words.js";

/** @import { Scene, State } from "../types.js" */

const same = (a, b) => a.length === b.length && a.every((word, i) => word === b[i]);
const chips = (sentence) => sentence.map((word) => html("bdi", { class: "chip" }, word));

/** The word that the server did not know, if that is what is wrong with the sentence. */
function unknownWord({ problem, scene }) {
  const error = problem?.errors?.find(({ code, pointer }) => code === "unknown_token" && pointer.startsWith("/sentence/"));
  return error ? scene.sentence[Number(error.pointer.split("/").at(-1))] : null;
}

/** How many labels a loss can choose between; null: any number. */
function labelsOf({ loss, layers }) {
  if (loss === "mse") return null;
  return loss === "binary_crossentropy" ? 2 : Math.max(1, Math.min(tables.limits.units.max, layers.at(-1).units)); // the server says that more are too many
}

/** The label that the loss understands: 0 or 1, a class, or a number. */
function drawLabel(/** @type {Scene} */ scene, select, number) {
  const labels = labelsOf(scene);
  const label = Array.isArray(scene.label) ? scene.label.at(-1) : scene.label;
  select.hidden = labels === null;
  number.hidden = labels !== null;
  setField(number, label);
  join(select, Array.from({ length: labels ?? 0 }, (_, i) => i), {
    key: (value) => value, create: (value) => html("option", { value }, String(value)), update: () => {},
  });
  setField(select, label);
}

/** The reviews that go with the scene, and a person's own sentence. */
export function mountReviews(root, store) {
  const list = root.querySelector("[data-part=list]");
  const own = root.querySelector("form[data-part=own]");
  const sentence = own.querySelector("input[name=sentence]");
  const [choice, number] = [own.querySelector("select"), own.querySelector("input[name=label]")];
  const add = root.querySelector("[data-part=add]");
  const fault = root.querySelector("[data-part=fault]");

  const scene = () => store.get().scene;
  const setSentence = (list, value) => (same(list, scene().sentence) ? editNumbers : edit)(store, withSentence(scene(), list, value));
  const reviews = () => reviewsOf(scene(), tables.presets, tables.reviews);
  const label = () => (number.hidden ? Number(choice.value) : typed(number) ?? scene().label);

  function drawList(/** @type {Scene} */ { sentence: now, label: target }) {
    join(list, reviews(), {
      key: ({ sentence: review, label: value }) => `${review.join(" ")} ${value}`,
      create: ({ sentence: review, label: value }) => html("li", {}, html("button", {
        type: "button", "aria-label": words("review.name", { words: review.join(" "), label: value }),
      }, chips(review), html("span", { class: "label" }, String(value)))),
      update: (node, review) => attrs(node.firstChild, { "aria-pressed": String(same(review.sentence, now) && review.label === target) }),
    });
    const mine = !reviews().some((review) => same(review.sentence, now));
    if (document.activeElement !== sentence) sentence.value = mine ? now.join(" ") : "";
    drawLabel(scene(), choice, number);
  }

  function drawFault(state) {
    const unknown = unknownWord(state);
    const said = faultAt(state.problem, MARKED.sentence);
    mark(fault, said);
    attrs(sentence, { "aria-invalid": said === null ? null : "true" });
    add.hidden = unknown === null;
    if (unknown !== null) text(add, words("model.addWord", { word: unknown }));
  }

  /** Says of a word that was typed what nobody sees in it; the scene stays as it is. */
  function drawOdd({ key, values }) {
    mark(fault, words(key, values), OURS);
    attrs(sentence, { "aria-invalid": "true" });
    add.hidden = true;
  }

  return undoAll([
    listen(list, "click", ({ target }) => {
      const index = [...list.children].indexOf(target.closest("li"));
      if (index >= 0) setSentence(reviews()[index].sentence, reviews()[index].label);
    }),
    listen(own, "submit", (event) => {
      event.preventDefault();
      const labelled = document.activeElement === number && sentence.value === "";
      const typedWords = labelled ? scene().sentence : wordsOf(sentence.value);
      const odd = oddWord(typedWords, labelled ? typedWords : scene().vocabulary);
      if (odd) return drawOdd(odd);
      drawFault(store.get());
      setSentence(typedWords, label());
    }),
    listen(choice, "change", () => setSentence(scene().sentence, label())),
    listen(number, "change", () => setSentence(scene().sentence, label())),
    listen(add, "click", () => edit(store, withWord(scene(), unknownWord(store.get())))),
    store.watch(({ scene: now }) => now, drawList),
    store.watch(({ problem, scene: now }) => [problem, now], () => drawFault(store.get())),
  ]);
}
