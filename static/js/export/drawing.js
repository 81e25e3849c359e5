import { attrs, svg } from "../dom.js";
import { inSlices } from "./slices.js";

/**
 * A picture that needs no page: its text, and its size in px.
 * @typedef {{text: string, width: number, height: number}} Drawing
 */

/** What the style sheets say of a shape and is handed down to its children, and what it is where nothing is said. */
const INHERITED = {
  fill: "rgb(0, 0, 0)", stroke: "none", "stroke-width": "1px", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter",
  "font-family": "", "font-size": "", "font-weight": "400", "font-style": "normal", "font-variant-numeric": "normal", "text-anchor": "start",
};
const OWN = { opacity: "1", "image-rendering": "auto" };
const CENTRAL = "0.35em"; // how far a line of text is lowered to stand in its middle: not every program knows dominant-baseline
const MARGIN = 20;

/** A colour as every program reads it: its transparency is an attribute of its own. */
function paint(name, value) {
  const [, rgb, alpha] = /^rgba\((.+), ([\d.]+)\)$/.exec(value) ?? [];
  if (alpha === "0") return { [name]: "none" };
  return rgb ? { [name]: `rgb(${rgb})`, [`${name}-opacity`]: alpha } : { [name]: value };
}

/** What of its styles a shape does not have from its parent, as attributes. */
function ownStyles(style, above) {
  const told = Object.keys(INHERITED).filter((name) => style.getPropertyValue(name) !== (above?.getPropertyValue(name) ?? INHERITED[name]));
  const own = Object.keys(OWN).filter((name) => style.getPropertyValue(name) !== OWN[name]);
  return Object.assign({}, ...[...told, ...own].map((name) => paint(name, style.getPropertyValue(name))));
}

/** Text that no program has to lower by itself. */
const lowered = (node, style) => (node.tagName === "text" && style.dominantBaseline === "central" ? { dy: CENTRAL } : {});

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾ᵒ";
const PLAIN = "0123456789()o";

/** Raised letters as plain ones that stand higher: few fonts but the page's own have them. */
function withoutRaised(/** @type {string} */ words) {
  let back = null;
  return words.split(/([⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾ᵒ]+)/).filter(Boolean).map((piece) => {
    if (RAISED.includes(piece[0])) {
      back = "0.41em"; // as far down again, at the size of the rest
      return svg("tspan", { dy: "-0.55em", "font-size": "0.75em" }, [...piece].map((letter) => PLAIN[RAISED.indexOf(letter)]).join(""));
    }
    const dy = back;
    back = null;
    return svg("tspan", { dy }, piece);
  });
}

/** Writes what the page's style sheets say of the original into its copy; what it is called becomes its title. */
function dress(original, copy, parent) {
  const style = getComputedStyle(original);
  const words = original.textContent;
  const name = original.getAttribute("aria-label");
  for (const { name: attribute } of [...copy.attributes]) if (/^(class|style|role|tabindex|aria-.*|data-(?!address).*)$/.test(attribute)) copy.removeAttribute(attribute);
  attrs(copy, { ...ownStyles(style, parent && getComputedStyle(parent)), ...lowered(original, style) });
  if (original.tagName === "text" && !original.children.length && new RegExp(`[${RAISED}]`).test(words)) copy.replaceChildren(...withoutRaised(words));
  if (name && parent) copy.prepend(svg("title", {}, name));
}

/** Everything of a picture that is drawn, the picture first. */
const shapesOf = (picture) => [picture, ...picture.querySelectorAll(":not(title)")];

/** What of a picture is shown, in its own px: what is drawn, with a margin; or `whole`, with the room around it, as it stands on the page. */
export function boxOf(/** @type {SVGSVGElement} */ picture, whole = false) {
  const bare = picture.getBBox();
  const box = whole
    ? { x: 0, y: 0, width: picture.width.baseVal.value, height: picture.height.baseVal.value }
    : { x: bare.x - MARGIN, y: bare.y - MARGIN, width: bare.width + 2 * MARGIN, height: bare.height + 2 * MARGIN };
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round);
  return { x, y, width, height };
}

/**
 * The picture on its own: no style sheet, no script, nothing to load.
 *
 * @param {SVGSVGElement} picture on the page, so that its styles are known
 * @param {{title: string, description: string}} about
 * @param {ReturnType<typeof boxOf>} box
 * @param {{signal: AbortSignal, progress: (share: number) => void}} job
 * @returns {Promise<Drawing>}
 */
export async function drawingOf(picture, { title, description }, box, job) {
  const [still, copy] = [picture, picture].map((node) => /** @type {SVGSVGElement} */ (node.cloneNode(true)));
  picture.after(still); // whose styles are asked for: the picture may be drawn anew meanwhile
  const copies = shapesOf(copy);
  try {
    await inSlices(shapesOf(still).map((shape, i) => () => dress(shape, copies[i], i ? shape.parentElement : null)), job);
  } finally {
    still.remove();
  }
  const { x, y, width, height } = box;
  const fill = getComputedStyle(document.body).backgroundColor;
  attrs(copy, { xmlns: "http://www.w3.org/2000/svg", role: "img", width, height, viewBox: `${x} ${y} ${width} ${height}` });
  copy.prepend(svg("title", {}, title), svg("desc", {}, description), svg("rect", { ...box, fill }));
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

/** The drawing as an image, so many times as large. */
export async function imageOf(/** @type {Drawing} */ { text, width, height }, scale) {
  const sized = text.replace(` width="${width}" height="${height}"`, ` width="${width * scale}" height="${height * scale}"`);
  const url = URL.createObjectURL(new Blob([sized], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** For print: three pixels for each of the page's, 288 to the inch. */
export const PRINT = 3;
const LONGEST_SIDE = 32_767; // what browsers agree on
const LARGEST_AREA = 2 ** 26;

/** Can a browser draw it at the quality of print? */
export function printable({ width, height }) {
  return Math.max(width, height) * PRINT <= LONGEST_SIDE && width * height * PRINT ** 2 <= LARGEST_AREA;
}

/** @returns {Promise<Blob>} the drawing as PNG, for print */
export async function pngOf(/** @type {Drawing} */ drawing) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [drawing.width * PRINT, drawing.height * PRINT];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(await imageOf(drawing, PRINT), 0, 0);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new RangeError("The browser cannot make a picture of this size."))), "image/png");
  });
}
