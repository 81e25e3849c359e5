const LETTERS = 40; // of the words: with four bytes each they stay below the 255 that file systems allow
const WORDS = 3;

/** A file's name, safe on every system: letters and digits of any script, and hyphens between them. */
export function fileName(/** @type {string[]} */ sentence, extension, part = "") {
  const first = sentence.slice(0, WORDS).join(" ").normalize("NFC").replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, "-");
  const cut = [...first].slice(0, LETTERS).join("");
  const pieces = ["unrolled", cut, part].join("-").split("-").filter(Boolean);
  return `${pieces.join("-")}.${extension}`;
}
