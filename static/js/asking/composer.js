import { OURS, mark, text } from "../dom.js";
import { lookup } from "../lookup.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";
import { normalAnswer } from "./answers.js";
import { FIXED, fixedName, placeName } from "./labels.js";

/** @import { Draft } from "./drafts.js" */
/** @import { Tied } from "../lecture/state.js" */

const CHOSEN = ["shape", "choice"]; // kinds whose choices have to be written down
const TYPED = ["number", "count", "words"]; // kinds that are answered by typing; a count may be chosen as well

const linesOf = (field) => [...new Set(field.value.split("\n").map((line) => line.normalize("NFC").trim()).filter(Boolean))];

/** What is wrong with a question before the server is asked, as a sentence; null if nothing is. */
function faultOf({ kind, text: asked, choices, answer }) {
  const { poll_choices: { max } } = tables.limits;
  if (!asked) return words("asking.own.text.none");
  if (CHOSEN.includes(kind) && choices.length < 2) return words("asking.own.choices.few");
  if (choices.length === 1 || choices.length > max) return words("asking.own.choices.many", { max });
  if (answer === null) return null;
  if (kind === "number" && !Number.isFinite(Number(answer))) return words("asking.number.none");
  if (kind === "count" && !/^\d{1,10}$/.test(answer)) return words("asking.count.none");
  return choices.length && !choices.includes(answer) ? words("asking.own.answer.other") : null;
}

/**
 * The fields of a question that a person writes: kind, text, choices, tolerance, answer, why, and the cell that it is about.
 *
 * @param {HTMLElement} root
 * @param {() => Tied | null} cellNow the cell that a question written now would be about
 */
export function createComposer(root, cellNow) {
  const field = (name) => /** @type {any} */ (root.querySelector(`[name=${name}]`));
  const [kind, asked, choices, tolerance, answer, why, tied] = ["kind", "text", "choices", "tolerance", "answer", "why", "tied"].map(field);
  const [place, fault] = ["place", "fault"].map((part) => /** @type {HTMLElement} */ (root.querySelector(`[data-part=${part}]`)));
  let cell = /** @type {Tied | null} */ (null);

  function drawKind() {
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-for]"))) node.hidden = !node.dataset.for?.split(" ").includes(kind.value);
    drawAnswers();
  }

  /** The field of the right answer offers what can be right. */
  function drawAnswers() {
    const offered = FIXED[kind.value] ?? linesOf(choices);
    const list = root.querySelector("datalist");
    list.replaceChildren(...(TYPED.includes(kind.value) && !offered.length ? [] : offered.map((choice) => {
      const option = document.createElement("option");
      return Object.assign(option, { value: FIXED[kind.value] ? fixedName(choice) : choice });
    })));
  }

  /** What was typed as the right answer, in the form that the log has. */
  function answerOf() {
    const said = answer.value.normalize("NFC").trim();
    if (!said || kind.value === "words") return null;
    const fixed = FIXED[kind.value]?.find((choice) => [choice, fixedName(choice)].includes(said));
    return fixed ?? (kind.value === "number" ? normalAnswer({ kind: "number", choices: [] }, said) ?? said : said);
  }

  function drawCell() {
    const offered = cell ?? cellNow();
    tied.closest("label").hidden = offered === null;
    if (offered) text(place, placeName(offered));
  }

  drawKind();
  drawCell();
  return {
    drawCell,
    /** The question as it is written; null where something is wrong with it, which the form then says. @returns {Draft | null} */
    read() {
      const about = tied.checked ? (cell ?? cellNow()) : null;
      const wanted = FIXED[kind.value] ?? (kind.value === "number" || kind.value === "words" ? [] : linesOf(choices));
      const draft = {
        kind: kind.value, text: asked.value.normalize("NFC").trim(), choices: wanted,
        ...(kind.value === "number" && tolerance.value ? { tolerance: Math.abs(Number(tolerance.value)) } : {}),
        ...(about ? { cell: about } : {}), answer: answerOf(), why: why.value.trim(),
      };
      const wrong = FIXED[kind.value] && draft.answer !== null && !wanted.includes(draft.answer) ? words("asking.own.answer.other") : faultOf({ ...draft, choices: FIXED[kind.value] ? [] : wanted });
      mark(fault, wrong, OURS);
      return wrong ? null : draft;
    },
    /** Writes a question into the fields, or empties them. */
    write(/** @type {Draft | null} */ draft) {
      [kind.value, asked.value, choices.value] = [draft?.kind ?? "choice", draft?.text ?? "", lookup(FIXED, draft?.kind ?? "") ? "" : (draft?.choices ?? []).join("\n")];
      tolerance.value = draft?.tolerance ?? "";
      answer.value = draft?.answer ? (lookup(FIXED, draft.kind) ? fixedName(draft.answer) : draft.answer) : "";
      why.value = draft?.why ?? "";
      cell = draft?.cell ?? null;
      tied.checked = cell !== null;
      fault.hidden = true;
      drawKind();
      drawCell();
    },
    /** Says what the server said. */
    refuse: (detail) => mark(fault, detail),
    takeDown: undoAll([
      listen(kind, "change", () => {
        answer.value = ""; // what was right of another kind is none of this one's answers
        drawKind();
      }),
      listen(choices, "input", drawAnswers),
      listen(root, "input", () => mark(fault, null)),
    ]),
  };
}
