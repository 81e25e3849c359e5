import { attrs, html, join, text } from "../dom.js";
import { advance, jump } from "../playhead.js";
import { questionAt } from "../questions.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** @import { Question } from "../questions.js" */

/** What a choice is called: a cell, a number of a unit, a way, or as it stands. */
function choiceName(/** @type {Question} */ { kind }, choice) {
  if (kind === "next") {
    const [layer, timestep] = choice.split(",");
    return words("predict.cell", { layer, timestep });
  }
  if (kind === "larger") return words("unit", { unit: choice });
  return kind === "sign" || kind === "source" ? words(`predict.${choice}`) : choice;
}

/** Predict first: before a step the page asks, checks the answer against the engine, says why, and keeps a score of its own. */
export function mountPredict(root, toggle, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [asked, choices, told, score, on] = ["asked", "choices", "told", "score", "on"].map(find);
  let before = null; // what had the focus when the question came

  function answer(choice) {
    const { question, answered, score: so } = store.get();
    if (answered !== null || question === null) return;
    const right = questionAt(store.get(), question)?.right === choice;
    store.set({ answered: choice, score: { right: so.right + Number(right), asked: so.asked + 1 } });
    on.focus();
  }

  function goOn() {
    const { question } = store.get();
    if (question !== null) jump(store, question);
    before?.focus();
  }

  function draw() {
    const state = store.get();
    const { question, answered, score: so } = state;
    const found = question === null ? null : questionAt(state, question);
    const opened = root.hidden && found !== null;
    root.hidden = found === null;
    attrs(toggle, { "aria-pressed": String(state.predict) });
    if (!found) return;
    text(asked, words(`predict.ask.${found.kind}`, found.values));
    join(choices, found.choices, {
      key: (choice) => `${question} ${choice}`,
      create: (choice) => html("button", { type: "button", "data-choice": choice }, choiceName(found, choice)),
      update: (node, choice) => attrs(node, { class: answered === null ? null : choice === found.right ? "right" : choice === answered ? "wrong" : null, "aria-disabled": String(answered !== null) }),
    });
    const verdict = answered === null ? "" : words(answered === found.right ? "predict.right" : "predict.wrong", { answer: choiceName(found, found.right) });
    const why = words(`predict.why.${found.kind}`, found.why);
    text(told, answered === null ? "" : `${verdict} ${why}`);
    text(score, so.asked ? words("predict.score", { right: so.right, asked: so.asked }) : "");
    text(on, words(answered === null ? "predict.skip" : "predict.on"));
    if (!opened) return;
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    choices.querySelector("button")?.focus();
  }

  return undoAll([
    listen(toggle, "click", () => store.set({ predict: !store.get().predict, question: null, answered: null })),
    listen(choices, "click", ({ target }) => target.dataset.choice && answer(target.dataset.choice)),
    listen(on, "click", goOn),
    listen(root, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      store.set({ question: null, answered: null });
      before?.focus();
    }),
    store.watch(({ predict, question, answered, score: so, shown, detail, order }) => [predict, question, answered, so, shown, detail, order], draw),
  ]);
}
