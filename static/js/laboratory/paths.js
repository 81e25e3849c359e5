import { html, mark } from "../dom.js";
import { createLatest } from "../latest.js";
import { ProblemError } from "../server.js";
import { listen } from "../store.js";
import { rich, words } from "../words.js";
import { getPath, getStrongest } from "./answers.js";
import { sizeOf } from "./band.js";
import { bars } from "./bars.js";
import { extended } from "./reading.js";

/** @import { Scene } from "../types.js" */

const placeOf = ([layer, timestep]) => words("gradients.place", { layer, timestep });

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

/** Paths through the grid: the strongest to a cell, or the one that a person draws, cell by cell. */
export function mountPaths(root, redraw) {
  let key = null;
  /** @type {number[][]} */
  let cells = [];

  function tell(...children) {
    root.replaceChildren(html("h2", {}, words("gradients.path")), ...children, html("button", { type: "button", class: "small", "data-part": "clear" }, words("gradients.clear")));
    root.hidden = false;
  }

  function clear() {
    [key, cells] = [null, []];
    root.hidden = true;
  }

  /** An answer to what is no longer asked is left alone. */
  const ask = createLatest(async ({ show, scene, wanted }) => {
    const answer = await (show === "strongest" ? askStrongest(scene, wanted) : askOwn(scene, wanted));
    if (cells !== wanted) return;
    cells = answer.cells;
    tell(...answer.told);
    redraw();
  }, (error) => tell(mark(html("p", { class: "fault", role: "alert" }), error instanceof ProblemError ? error.message : words("gradients.away"))));

  return {
    clear,
    /** The cells to draw on a band. */
    of: (band) => (band === key ? cells : []),
    /** A cell was chosen, in one of the two ways that make a path. */
    choose(show, /** @type {{key: string, scene: Scene}} */ { key: band, scene }, cell) {
      if (show !== "strongest" && show !== "own") return;
      cells = show === "own" && band === key ? extended(cells, cell) : [cell];
      key = band;
      if (show === "own" && cells.length === 1) tell(html("p", {}, words("gradients.own.begin", { cell: placeOf(cell) })));
      else ask({ show, scene, wanted: cells });
      if (show === "strongest") tell(html("p", {}, words("gradients.strongest.seeking", { cell: placeOf(cell) })));
      redraw();
    },
    takeDown: listen(root, "click", ({ target }) => {
      if (!target.closest("[data-part=clear]")) return;
      clear();
      redraw();
    }),
  };
}
