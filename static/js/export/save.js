import { html } from "../dom.js";

const KEPT = 60_000; // ms: a browser may ask where to put a file before it reads it

/** Hands a file to the browser's downloads. */
export function save(/** @type {Blob} */ blob, name) {
  const url = URL.createObjectURL(blob);
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
