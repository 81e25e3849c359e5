import { html } from "../dom.js";
import { createLatest } from "../latest.js";
import { markError } from "../problem.js";
import { listen } from "../store.js";
import { rich, words } from "../words.js";
import { getPath, getStrongest } from "./answers.js";
import { sizeOf } from "./band.js";
import { bars } from "./bars.js";
import { extended, wayBetween } from "./reading.js";

/** @import { Scene } from "../types.js" */

const WAYS = ["strongest", "own"];

const placeOf = (/** @type {number[]} */ [layer, timestep]) => words("gradients.place", { layer, timestep });

function sentenceOfStrongest({ cells, carried, whole, exact }) {
  const said = rich(exact ? "gradients.strongest.found" : "gradients.strongest.unsure", { cell: placeOf(cells[0]), carried: sizeOf(carried), whole: sizeOf(whole) });
  return carried > whole ? [...said, " ", words("gradients.cancels")] : said;
}

const sentenceOfOwn = ({ cells, arriving, carried, whole }) => rich("gradients.own.found", {
  steps: cells.length - 1, arriving: sizeOf(arriving), carried: sizeOf(carried), whole: sizeOf(whole), cell: placeOf(cells[0]),
});

async function askStrongest(scene, [cell]) {
  const found = await getStrongest(scene, cell);
  return { cells: found.cells, told: [html("p", {}, sentenceOfStrongest(found))] };
}

async function askOwn(scene, cells) {
  const found = await getPath(scene, cells);
  const drawn = [bars(found.gains.toReversed(), words("gradients.gains")), bars(found.singular_values, words("gradients.singular"))];
  return { cells, told: [html("p", {}, sentenceOfOwn(found)), html("div", { class: "pair" }, drawn)] };
}

/** A path as a view carries it: of which network it is, and the cells that were chosen. */
const textOf = (key, chosen) => (chosen.length ? `${key}~${chosen.map((cell) => cell.join("/")).join()}` : "");

function readPath(text) {
  const [key, cells] = text.split("~");
  return { key, chosen: (cells ?? "").split(",").filter(Boolean).map((cell) => cell.split("/").map(Number)) };
}

/** Paths through the grid: the strongest to a cell, or the one that a person draws, cell by cell. `failed` is told why a path could not be had. */
export function mountPaths(root, redraw, failed) {
  let key = null;
  /** The cells that were chosen, and those of the path that follows from them. @type {number[][]} */
  let chosen = [];
  /** @type {number[][]} */
  let cells = [];
  let unanswered = null; // what is asked, or was and failed

  function tell(...children) {
    root.replaceChildren(html("h2", {}, words("gradients.path")), ...children, html("button", { type: "button", class: "small", "data-part": "clear" }, words("gradients.clear")));
    root.hidden = false;
  }

  function clear() {
    [key, chosen, cells, unanswered] = [null, [], [], null];
    root.hidden = true;
  }

  /** An answer to what is no longer asked is left alone. */
  const ask = createLatest(async ({ show, scene, wanted }) => {
    unanswered = { show, scene, wanted };
    const answer = await (show === "strongest" ? askStrongest(scene, wanted) : askOwn(scene, wanted));
    if (cells !== wanted) return;
    unanswered = null;
    cells = answer.cells;
    tell(...answer.told);
    redraw();
  }, (error) => {
    tell(markError(html("p", { class: "fault", role: "alert" }), error, "gradients.away"));
    failed(error);
  });

  /** Shows the path to the cells that were chosen, in one of the two ways that make one. */
  function open(show, /** @type {{key: string, scene: Scene}} */ { key: band, scene }, /** @type {number[][]} */ wanted) {
    [key, chosen, cells] = [band, wanted, wanted.reduce(extended, [])];
    if (show === "own" && cells.length === 1) tell(html("p", {}, words("gradients.own.begin", { cell: placeOf(cells[0]) })));
    else ask({ show, scene, wanted: cells });
    if (show === "strongest") tell(html("p", {}, words("gradients.strongest.seeking", { cell: placeOf(cells[0]) })));
    redraw();
  }

  return {
    clear,
    /** Asks again for what failed. */
    again: () => unanswered && ask(unanswered),
    text: () => textOf(key, chosen),
    /** Shows the path that a view carries, where it is of one of these networks. */
    follow(text, show, /** @type {{key: string, scene: Scene}[]} */ networks) {
      if (text === textOf(key, chosen)) return;
      const { key: band, chosen: wanted } = readPath(text);
      const of = networks.find((each) => each.key === band);
      if (of && WAYS.includes(show)) open(show, of, wanted);
      else if (!wanted.length) {
        clear();
        redraw();
      }
    },
    /** The cells to draw on a band. */
    of: (band) => (band === key ? cells : []),
    /** A cell was chosen: a path begins there, or goes on to it. */
    choose(show, /** @type {{key: string, scene: Scene}} */ { key: band, scene }, cell) {
      if (!WAYS.includes(show)) return;
      const goesOn = show === "own" && band === key && cells.length > 0 && wayBetween(cells[cells.length - 1], cell) !== null;
      open(show, { key: band, scene }, goesOn ? [...chosen, cell] : [cell]);
    },
    takeDown: listen(root, "click", ({ target }) => {
      if (!target.closest("[data-part=clear]")) return;
      clear();
      redraw();
    }),
  };
}
