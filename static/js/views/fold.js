import { attrs, svg } from "../dom.js";
import { label, nameSpans } from "../draw/picture.js";
import { foldIn, foldedIn, geometryIn } from "../layout.js";
import { weightName } from "../names.js";
import { notationIn } from "../notation.js";
import { shapeIn, stepIn } from "../state.js";
import { undoAll } from "../store.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */

const REACH = 74; // px that a loop leaves its cell by
const RISE = 34; // px that it swings above and below the middle

/** A loop from the right of a cell back to its left is drawn as what it means: out of the cell, and into it at the next timestep. */
function loop(/** @type {State} */ state, at, layer, center) {
  const right = center + at.cellWidth / 2 + 4;
  const y = at.middle(Number(layer));
  const name = nameSpans(weightName(notationIn(state), { layer, weight: "recurrent_kernel" }));
  const uses = words("fold.uses", { count: shapeIn(state).timesteps });
  return svg("g", { class: "loop", "data-address": `${layer}/recurrent_kernel` },
    svg("path", { d: `M${right} ${y - 7}C${right + REACH} ${y - RISE - 26} ${right + REACH} ${y + RISE + 26} ${right + 9} ${y + 9}`, class: "line" }),
    svg("path", { d: `M${right} ${y + 6}l13 -3l-4 11z`, class: "tip" }),
    svg("text", { x: right + REACH - 8, y: y - 8, class: "name" }, ...name),
    label(uses, { x: right + REACH - 8, y: y + 10, class: "uses" }));
}

/** Every use of a matrix upward, written beside its one edge. */
function counts(/** @type {State} */ state, at, center, present) {
  const { layers, timesteps, outputs } = shapeIn(state);
  const between = layers.map((_, i) => {
    const lower = i === 0 ? at.inputBox(1) : at.cellBox(i, 1);
    return { y: (lower.y + at.cellBox(i + 1, 1).y + at.cellBox(i + 1, 1).height) / 2, count: timesteps };
  });
  const top = at.cellBox(layers.length, 1);
  const output = at.outputBox(timesteps);
  const leaving = outputs.includes(present) ? [{ y: (top.y + output.y + output.height) / 2, count: outputs.length }] : [];
  return [...between, ...leaving]
    .map(({ y, count }) => label(words("fold.uses", { count }), { x: center - 12, y, class: "uses left" }));
}

/** Folded, the network is one cell per layer with its loop, at the present timestep; unfolded, the cells move to their places in time. */
export function mountFold(window, store) {
  const loops = svg("g", { class: "loops", "aria-hidden": "true" });

  function draw() {
    const state = store.get();
    const picture = window.querySelector("svg.grid");
    const folded = foldedIn(state);
    if (!picture) return;
    picture.append(loops);
    attrs(picture, { "data-folded": folded });
    if (!folded) return;
    const at = geometryIn(state);
    const { timesteps, layers } = shapeIn(state);
    const center = foldIn(state);
    const present = stepIn(state).timestep ?? timesteps;
    for (const node of picture.querySelectorAll(".cell, .input, .output, .edge")) {
      const parts = node.dataset.key.split("/");
      const timestep = Number(parts.at(-1));
      node.style.setProperty("--fold", `${center - at.x(timestep)}px`);
      node.classList.toggle("present", timestep === present && (parts.length === 1 || parts[1] === "kernel"));
    }
    loops.replaceChildren(...layers.map(({ name }) => loop(state, at, name, center)), ...counts(state, at, center, present),
      label(words("fold.time", { timestep: present, timesteps }), { x: center, y: at.axis.y + 19, class: "time" }));
  }

  return undoAll([
    store.watch(({ hover: _, ...rest }) => Object.values(rest), draw), // after the grid, whose elements are drawn anew
    () => loops.remove(),
  ]);
}
