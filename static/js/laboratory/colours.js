import { once } from "../memo.js";
import { palette, tokenIn } from "../scales.js";

const SHADES = 64;
const stopsIn = tokenIn("--decades");

const mixed = (a, b, share) => `rgb(${a.map((part, i) => Math.round(part + (b[i] - part) * share)).join(" ")})`;

/** The shades of the scale in a theme, from the smallest to the largest, as a canvas takes them. */
const shadesIn = once((theme) => {
  const [low, middle, high] = stopsIn(theme);
  return Array.from({ length: SHADES + 1 }, (_, i) => (i * 2 <= SHADES ? mixed(low, middle, (i * 2) / SHADES) : mixed(middle, high, (i * 2) / SHADES - 1)));
});

/** The shade of a place between 0 and 1. */
export function createShades() {
  const shades = shadesIn(document.documentElement.dataset.theme);
  return (place) => shades[Math.round(place * SHADES)];
}

const css = (rgb) => `rgb(${rgb.join(" ")})`;

/** What a canvas draws with, beside the shades. */
export function inks() {
  const { surface, line, ink, backward } = palette();
  return { surface: css(surface), line: css(line), ink: css(ink), backward: css(backward) };
}
