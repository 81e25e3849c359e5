/** Words as a person types or pastes them; what nobody sees in them is left out at their ends, and said within them. What is imported is held to the same rule by the server. */

const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
const SELECTOR = /[\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0020}-\u{e007f}\u{e0100}-\u{e01ef}]/u; // changes how the character before it looks
const LEADING = /^[\p{Default_Ignorable_Code_Point}\u2800]+/u;
const TRAILING = /(?:(?![\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0020}-\u{e007f}\u{e0100}-\u{e01ef}])[\p{Default_Ignorable_Code_Point}\u2800])+$/u;
const BREAK = /[^\S\ufeff]+/u; // JavaScript counts the byte order mark among the spaces
const JOINER = /[\u200c\u200d]/;
const UNJOINED = /^$|[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{N}\p{P}]/u; // behind these a joiner changes nothing
const ENDS = { "\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069" };
const MARK = /[\u061c\u200e\u200f]/;
const LOST = "\ufffd";

/** What a person typed, as words: between spaces, and words that look the same are the same. */
export const wordsOf = (/** @type {string} */ typed) => typed.normalize("NFC").split(BREAK).map((word) => word.replace(LEADING, "").replace(TRAILING, "")).filter(Boolean);

/** A word with every invisible character written as its number. */
const spelled = (word) => [...word].map((char) => (UNSEEN.test(char) ? `⟨U+${/** @type {number} */ (char.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0")}⟩` : char)).join("");

/** What can be seen of a word: itself, and what changes how others look. */
function visible(word) {
  const signs = [...word];
  return signs.filter((char, i) => !UNSEEN.test(char) || SELECTOR.test(char) || (JOINER.test(char) && !UNJOINED.test(signs[i - 1] ?? ""))).join("");
}

/** Does a control of the direction of text stand there without its other end? */
function hasLoneDirection(word) {
  const open = [];
  for (const char of word) {
    if (MARK.test(char)) return true;
    if (Object.hasOwn(ENDS, char)) open.push(ENDS[char]);
    else if (Object.values(ENDS).includes(char) && open.pop() !== char) return true;
  }
  return open.length > 0;
}

/**
 * What is wrong with the first word that holds what nobody sees: the key of its sentence, and what that shows. Null where nothing is. Words that are known are as they were stored.
 *
 * @param {string[]} typed
 * @param {string[]} known
 * @returns {{key: "typed.lost" | "typed.direction" | "typed.invisible", values: {word: string, other?: string}} | null}
 */
export function oddWord(typed, known) {
  const seen = new Map(known.map((word) => [visible(word), word]));
  const stored = new Set(known);
  for (const word of typed) {
    if (stored.has(word)) continue;
    if (word.includes(LOST)) return { key: "typed.lost", values: { word } };
    if (hasLoneDirection(word)) return { key: "typed.direction", values: { word: spelled(word) } };
    const other = seen.get(visible(word)) ?? word;
    if (other !== word) return { key: "typed.invisible", values: { word: spelled(word), other: spelled(other) } };
    seen.set(visible(word), word);
  }
  return null;
}
