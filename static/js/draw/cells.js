import { attrs, fill, svg } from "../dom.js";
import { list } from "../format.js";
import { quantityName } from "../names.js";
import { differenceIn, valuesIn } from "../state.js";
import { words } from "../words.js";
import { badge, gradientPicture, symbolName, valuePicture } from "./picture.js";

/** @import { State } from "../types.js" */

const NAME_ROOM = 34; // between two layers, for a name above a cell

/** What there is to say of a cell at this step. */
export function cellIn(/** @type {State} */ state, layer, timestep, step) {
  const address = { layer, timestep, quantity: "h" };
  const now = step.layer === layer && step.timestep === timestep && (step.phase === "forward" || step.phase === "backward");
  const values = (at) => (state.difference ? differenceIn(state, at) : valuesIn(state, at));
  return { layer, timestep, h: values(address), gradient: values({ ...address, gradient: true }), moved: state.difference, now: now ? step.phase : null, quantity: now ? (step.quantity ?? null) : null };
}

/** The cell in words: what a screen reader says, and what tests hold on to. */
export function cellName({ layer, timestep, h, gradient, moved }) {
  if (!h) return words("cell.pending", { layer, timestep });
  const values = list(h);
  if (moved) return gradient ? words("cell.difference.gradient", { layer, timestep, values, gradient: list(gradient) }) : words("cell.difference", { layer, timestep, values });
  return gradient ? words("cell.gradient", { layer, timestep, values, gradient: list(gradient) }) : words("cell.value", { layer, timestep, values });
}

/** The same of a cell that stands beside others, under a number. */
export const nameKept = (name, kept) => (kept ? words("cell.kept", { name, kept }) : name);

/** The name of what is computed in the cell now, beside it; where a line of c leaves there, above it. */
function presentName({ layer, timestep, quantity }, box, { remembers, notation }) {
  const place = remembers ? { x: box.x + box.width - 24, y: box.y - 20 } : { x: box.x + box.width + 9, y: box.y - 4 };
  return symbolName(quantityName(notation, { layer, timestep, quantity: quantity ?? "h" }), place);
}

/** Draws one gridcell; `look` says how the cells stand out now. */
export function drawCell(node, cell, at, look) {
  const { layer, timestep, h, gradient, now } = cell;
  const box = at.cellBox(Number(layer), timestep);
  const boxes = at.boxes(Number(layer));
  const address = `${layer}/${timestep}`;
  const halo = { x: box.x - 7, y: box.y - 7, width: box.width + 14, height: box.height + 14, rx: 20, class: "halo" };
  const moved = boxes.map((unit) => ({ ...unit, x: box.x + unit.x, y: box.y + unit.y }));

  attrs(node, {
    "aria-label": nameKept(cellName(cell), look.kept),
    "aria-selected": String(look.pinned),
    "data-address": address,
    class: ["cell", h ? "done" : "todo", now && `now ${now}`, look.chosen && "chosen"].filter(Boolean).join(" "),
  });
  fill(
    node,
    svg("rect", halo),
    svg("rect", { ...box, rx: 14, class: "frame" }),
    ...valuePicture(moved, h, look.units, `${address}/h`),
    ...gradientPicture(moved, gradient, look.units, `${address}/h`, look.backward),
    ...(now && at.kind !== "phone" && !(look.remembers && at.rise < NAME_ROOM) ? [presentName(cell, box, look)] : []),
    ...badge(look.kept, { x: box.x + 3, y: box.y + 3 }),
  );
}
