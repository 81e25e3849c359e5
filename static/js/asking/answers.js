import { isRight } from "./counts.js";

/** @import { Poll } from "../lecture/state.js" */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i;

const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/; // a thousand, or one: nobody can tell

/** An answer in the form in which the class's are counted: the server's rules in small, for whoever answers alone, and for what is said to be right. Null: it is none. */
export function normalAnswer(/** @type {Pick<Poll, "kind" | "choices">} */ { kind, choices }, typed) {
  const said = typed.normalize("NFC").trim();
  if (choices.length) return choices.includes(said) ? said : null; // to the letter: a place is written with spaces that do not break
  const text = said.replace(/\s+/gu, " ");
  if (kind === "words") return text.toLowerCase() || null;
  const plain = text.replace(/[\u2212\u2013]/, "-");
  const dotted = kind === "count" || GROUPED.test(plain) ? plain : plain.replace(",", ".");
  const number = NUMBER.test(dotted) ? Number(dotted) : NaN;
  if (!Number.isFinite(number) || (kind === "count" && !/^\+?\d+$/.test(plain))) return null;
  return String(number + 0);
}

/** Of the questions whose answers were shown, how many a person had answered, and how many of those were right. */
export function scoreOf(/** @type {Poll[]} */ polls, /** @type {(poll: string) => string | null} */ own) {
  const judged = polls.map((poll) => (poll.revealed ? isRight(poll, own(poll.poll), poll.revealed.answer) : null)).filter((right) => right !== null);
  return { asked: judged.length, right: judged.filter(Boolean).length };
}
