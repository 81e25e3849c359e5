import { once } from "./memo.js";

/** @typedef {[number, number, number]} Rgb */

const parse = (hex) => /** @type {Rgb} */ ([1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)));

/** The colours of a token of tokens.css; asked of the browser once per theme, because every answer costs it a look at the whole page. */
export const tokenIn = (name) => once((_) => getComputedStyle(document.documentElement).getPropertyValue(name).trim().split(/[,\s]+/).map(parse));
const theme = () => document.documentElement.dataset.theme;
const signsIn = tokenIn("--signs");
const backwardIn = tokenIn("--backward");
const [surfaceIn, sunkenIn, lineIn, inkIn] = ["--surface", "--sunken", "--line", "--ink"].map(tokenIn);

/** The colour of gradients in the theme in force. */
export const gradientRgb = () => backwardIn(theme())[0];

/** The colours that a canvas needs, which has no style sheet. */
export const palette = () => ({ surface: surfaceIn(theme())[0], sunken: sunkenIn(theme())[0], line: lineIn(theme())[0], ink: inkIn(theme())[0], backward: gradientRgb() });

/** Relative luminance, as WCAG 2 defines it. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const s = part / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The colour of a sign: negative orange, positive blue; beyond ±1 it is the end's. As [r, g, b]. */
export function signRgb(value) {
  const scale = signsIn(theme()); // eleven stops, for −1, −0.8 … +1
  const place = ((Math.max(-1, Math.min(1, value)) + 1) / 2) * (scale.length - 1);
  const below = Math.min(scale.length - 2, Math.floor(place));
  return /** @type {Rgb} */ (scale[below].map((part, i) => Math.round(part + (scale[below + 1][i] - part) * (place - below))));
}

/** The same for CSS, with its ink. */
export const signed = (value) => inked(signRgb(value));

/** A colour for CSS, with the ink that contrasts most: black or white. */
export function inked(rgb) {
  const light = luminance(rgb);
  return { fill: `rgb(${rgb.join(" ")})`, ink: (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000" : "#fff" };
}

const DECADES = 4;

/** How strong a magnitude is drawn, 0 to 1, against the largest: a log scale over four decades. */
export function strength(value, largest) {
  if (!(value > 0) || !(largest > 0)) return 0;
  return Math.max(0.08, 1 + Math.log10(value / largest) / DECADES);
}
