import { attrs, html, join, mark, text, OURS, SERVERS } from "../dom.js";
import { lookup } from "../lookup.js";
import { words } from "../words.js";
import { isRight } from "./counts.js";
import { choiceName, placeName } from "./labels.js";
import { createDistribution, say, votesText } from "./pictures.js";

/** @import { Poll } from "../lecture/state.js" */
/** @import { Vote } from "./ballot.js" */
/** What is known of a question beside the question: how many answered, and what this person said. @typedef {{votes: number | null, vote: Vote | null, own: string | null}} Standing */

/** How a typed answer is typed; what the server counts it as is the server's business. */
const FIELDS = {
  number: { type: "number", step: "any" },
  count: { type: "number", step: "1", min: "0", inputmode: "numeric" },
  words: { type: "text", maxlength: "40", dir: "auto", autocapitalize: "off", spellcheck: "false" },
};
const NONE = { number: "asking.number.none", count: "asking.count.none", words: "asking.word.none" };

/** What has become of one's answer. */
function stateOf(/** @type {Poll} */ poll, /** @type {Standing} */ { vote, own }) {
  const answer = own === null ? null : choiceName(poll, own);
  if (!poll.open) return answer === null ? (poll.revealed ? null : words("asking.closed")) : words(poll.revealed ? "asking.answered" : "asking.closed.answered", { answer });
  if (vote?.state === "sending") return words("asking.sending");
  if (vote?.state === "waiting") return words("asking.waiting");
  return answer === null ? words("asking.anonymous") : words("asking.stored", { answer });
}

/** What was right, and whether one's own answer was. */
function verdictOf(/** @type {Poll} */ poll, own) {
  const { answer = null } = poll.revealed ?? {};
  if (answer === null) return null;
  const right = isRight(poll, own, answer);
  const said = choiceName(poll, answer);
  const key = right === null ? "asking.answer" : right ? "asking.verdict.right" : "asking.verdict.wrong";
  return words(key, { answer: poll.kind === "number" && poll.tolerance ? words("asking.within", { answer: said, tolerance: choiceName(poll, poll.tolerance) }) : said });
}

/** The field and button of an answer that is typed. */
function createTyping(poll, cast, fault) {
  const field = html("input", { ...lookup(FIELDS, poll.kind), "aria-label": words("asking.field"), autocomplete: "off", required: true });
  const form = html("form", { autocomplete: "off", novalidate: true, class: "typing" }, field, html("button", { type: "submit" }, words("asking.send")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answer = field.value.trim();
    mark(fault, answer ? null : words(lookup(NONE, poll.kind) ?? NONE.words), OURS);
    if (answer) cast(answer);
    else field.focus();
  });
  return form;
}

/** The choices as buttons; the one that a person has taken is pressed. */
function createChoices(poll, cast) {
  const buttons = html("div", { class: "choices", role: "group", "aria-label": poll.text });
  join(buttons, poll.choices, {
    key: (choice) => choice,
    create: (choice) => html("button", { type: "button", "aria-pressed": "false" }, html("bdi", {}, choiceName(poll, choice))),
    update: (node, choice) => node.addEventListener("click", () => cast(choice)),
  });
  return buttons;
}

/**
 * One question as the class sees it. Without `cast` nothing can be answered here: it is the presenter's page, which a projector shows.
 *
 * @param {Poll} poll
 * @param {{cast: ((choice: string) => void) | null, dismiss: () => void}} acts
 */
export function createItem(poll, { cast, dismiss }) {
  const fault = html("p", { class: "fault", role: "alert", hidden: true });
  const controls = cast === null ? html("ul", { class: "offered" }, poll.choices.map((choice) => html("li", {}, html("bdi", {}, choiceName(poll, choice)))))
    : poll.choices.length ? createChoices(poll, cast) : createTyping(poll, cast, fault);
  const [about, state, votes, verdict, why] = ["muted about", "state", "muted", "verdict", "why"].map((name) => html("p", { class: name }));
  const distribution = createDistribution();
  const close = html("button", { type: "button", class: "small", "aria-label": words("asking.dismiss"), title: words("asking.dismiss") }, "×");
  close.addEventListener("click", dismiss);
  const title = html("h3", { dir: "auto" }, poll.text);
  const root = html("article", { "aria-label": words("asking.question"), "data-poll": poll.poll }, html("div", { class: "head" }, title, close), about, controls, fault, state, verdict, why, votes, distribution.root);
  say(about, poll.cell ? words("asking.about", { place: placeName(poll.cell) }) : null);
  let drawn = null; // the distribution stays as it is, once it is final

  return {
    root,
    draw(/** @type {Poll} */ now, /** @type {Standing} */ standing) {
      const { vote, own, votes: count } = standing;
      controls.hidden = !now.open;
      close.hidden = now.open;
      attrs(root, { "data-state": now.open ? "open" : now.revealed ? "revealed" : "closed" });
      for (const button of controls.querySelectorAll("[data-key]")) attrs(button, { "aria-pressed": String(button.dataset.key === (vote?.choice || own)) });
      if (vote?.state === "refused") mark(fault, vote.detail, SERVERS);
      else if (vote) fault.hidden = true;
      say(state, cast === null ? (now.open || now.revealed ? null : words("asking.closed")) : stateOf(now, standing));
      say(votes, count === null ? null : votesText(count));
      say(verdict, verdictOf(now, own));
      attrs(verdict, { class: `verdict${isRight(now, own, now.revealed?.answer) ? " right" : ""}` });
      say(why, now.revealed?.why);
      if (!now.revealed) distribution.hide();
      else if (drawn !== now.revealed) distribution.draw(now, now.revealed.tally, { answer: now.revealed.answer, own });
      drawn = now.revealed;
    },
  };
}
