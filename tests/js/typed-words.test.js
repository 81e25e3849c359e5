import assert from "node:assert/strict";
import { test } from "node:test";
import { oddWord, wordsOf } from "../../static/js/typed-words.js";

const keyOf = (typed, known = []) => oddWord(wordsOf(typed), known)?.key ?? null;

test("words stand between spaces, in NFC, without what is invisible at their ends", () => {
  assert.deepEqual(wordsOf("  cat\tmat\n rat "), ["cat", "mat", "rat"]);
  assert.deepEqual(wordsOf("\ufeffcat \u200bmat\u200b \u2060rat\u00ad \u200e\u202ecat\u200f"), ["cat", "mat", "rat", "cat"]);
  assert.deepEqual(wordsOf("\u200b \ufeff \u2800"), []);
  assert.deepEqual(wordsOf("e\u0301te\u0301"), ["\u00e9t\u00e9"]);
});

test("what joins or changes letters and emoji stays", () => {
  const words = ["\u0915\u094d\u200d\u0937", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u{1f469}\u200d\u{1f52c}", "\u2764\ufe0f", "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}"];
  assert.deepEqual(wordsOf(words.join(" ")), words);
  assert.equal(oddWord(words, []), null);
  assert.equal(oddWord(["\u0645\u06cc\u062e\u0648\u0627\u0647\u0645", words[1]], []), null, "in Persian the joiner is seen");
});

test("a character that was lost, a lone direction, and a difference that nobody sees are said, and shown", () => {
  assert.deepEqual(oddWord(["c\ufffdt"], []), { key: "typed.lost", values: { word: "c\ufffdt" } });
  assert.deepEqual(oddWord(["a\u202eb"], []), { key: "typed.direction", values: { word: "a⟨U+202E⟩b" } });
  assert.deepEqual(oddWord(["ca\u200bt"], ["cat"]), { key: "typed.invisible", values: { word: "ca⟨U+200B⟩t", other: "cat" } });
  for (const lone of ["a\u200eb", "a\u2066b", "a\u202cb", "a\u2067b\u202cc", "a\u061cb"]) assert.equal(keyOf(lone), "typed.direction", JSON.stringify(lone));
  for (const unseen of ["c\u200dat", "ca\u00adt", "c\ufeffat", "c\u2060at"]) assert.equal(keyOf(`cat ${unseen}`), "typed.invisible", JSON.stringify(unseen));
});

test("a direction that ends within its word, a word that is alone, and one that is stored as it stands are as they were", () => {
  for (const fine of ["a\u2067b\u2069c", "ca\u00adt", "cat cat"]) assert.equal(keyOf(fine), null, JSON.stringify(fine));
  assert.equal(keyOf("ca\u200bt c\ufffdt a\u202eb", ["ca\u200bt", "cat", "c\ufffdt", "a\u202eb"]), null);
});
