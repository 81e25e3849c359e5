import { svg } from "../dom.js";
import { flowsOf, ticksOf } from "../heat.js";
import { words } from "../words.js";
import { badge, label } from "./picture.js";

const LONG = 20; // px: the least length of an arrow that is seen
const CORNER = 4; // px
const TICK_ROOM = { normal: 56, phone: 60, projector: 84 };

/** An arrow into a box, from below or above or beside it: over its gap at least, and never too short to be seen. */
function arrow({ to, way, forward }, box, at) {
  const length = Math.max(LONG, way === "depth" ? at.row - box.height : at.gap);
  const [x, y] = way === "depth" ? [box.x + box.width / 2, forward ? box.y + box.height : box.y] : [forward ? box.x : box.x + box.width, box.y + box.height / 2];
  const [dx, dy] = way === "depth" ? [0, forward ? 1 : -1] : [forward ? -1 : 1, 0];
  const line = { x1: x + dx * length, y1: y + dy * length, x2: x + dx * 7, y2: y + dy * 7 };
  const head = `M${x} ${y}L${x + dx * 10 - dy * 6} ${y + dy * 10 - dx * 6}L${x + dx * 10 + dy * 6} ${y + dy * 10 + dx * 6}Z`;
  return svg("g", { class: "arrow", "data-key": `${to.layer}/${to.timestep}/${way}` },
    svg("line", { ...line, class: "casing" }), svg("line", { ...line, class: "line" }), svg("path", { d: head, class: "head" }));
}

/** The cell that is computed or blamed now, in a frame; h_0 has none. */
function present({ phase, layer, timestep }, at) {
  if (phase !== "forward" && phase !== "backward") return [];
  const { x, y, width, height } = at.cellBox(Number(layer), timestep);
  const frame = (name) => svg("rect", { x: x - 2, y: y - 2, width: width + 4, height: height + 4, rx: 2, class: `present ${name}`, "data-key": `${layer}/${timestep}` });
  return [frame("halo"), frame("")];
}

/** What learns now, in a frame: the row of a layer, or the words. */
function learning({ phase, layer }, at, shape) {
  if (phase !== "update" || layer === "output") return [];
  const box = layer === "embedding" ? at.inputBox(1) : at.cellBox(Number(layer), 1);
  return [svg("rect", { x: at.plot.x - 4, y: box.y - 4, width: at.pitch * shape.timesteps + 8, height: box.height + 8, rx: 6, class: "learning" })];
}

/** A layer that has lost its timesteps cannot be read by the next. */
function brokenMark({ broken, timesteps }, at) {
  if (broken === null) return [];
  const { x, y, width } = at.cellBox(broken + 1, timesteps);
  const middle = { x: x + width / 2, y: y - (at.row - at.cellBox(1, 1).height) / 2 };
  return [svg("path", { d: `M${middle.x - 6} ${middle.y - 6}l12 12m0 -12l-12 12`, class: "cross" })];
}

/** The names of the layers at the left edge of the window and of the timesteps at its lower edge; they stay while the cells move. */
function axes({ state, shape, at, step }, scroll) {
  const { width, height } = state.viewport;
  const { gutter, axis } = at.profile;
  const floor = height - axis;
  const row = (written, box, now) => box.y + box.height / 2 - scroll.top < floor && label(written, { x: gutter - 6, y: box.y + box.height / 2 - scroll.top, class: `row${now ? " now" : ""}` });
  const rows = [
    ...(at.kind === "phone" ? [] : [row(words("input"), at.inputBox(1), step.phase === "words" || step.layer === "embedding")]),
    ...shape.layers.map(({ name }) => row(at.kind === "phone" ? name : words("layer", { layer: name }), at.cellBox(Number(name), 1), step.layer === name)),
  ];
  const ticks = ticksOf(shape.timesteps, at.pitch, TICK_ROOM[at.kind])
    .map((t) => ({ t, x: at.x(t) - scroll.left })).filter(({ x }) => x > gutter && x < width)
    .map(({ t, x }) => svg("g", {}, svg("path", { d: `M${x} ${height - axis}v4`, class: "tick" }),
      label(words("timestep", { t }), { x: Math.min(x, width - TICK_ROOM[at.kind] / 2), y: height - axis / 2 + 1, class: `column${step.timestep === t ? " now" : ""}` })));
  return [...rows.filter(Boolean), ...ticks];
}

/** The numbers of the cells that stand beside each other: above a narrow cell, on the corner of a wide one. */
function badges({ kept }, at) {
  const { initial } = at.profile;
  function placeFor({ layer, timestep }) {
    const { x, y, width, height } = layer === "output" ? at.outputBox(timestep) : at.cellBox(Number(layer), Math.max(1, timestep));
    return timestep === 0 ? { x: at.left - initial / 2 - 4, y: y + height / 2 - initial / 2 } : { x: x + Math.min(width / 2, CORNER), y };
  }
  return kept.flatMap((place, i) => badge(i + 1, placeFor(place)));
}

/** What a canvas of cells does not show: which layer, which timestep, what flows where. */
export function drawMarks(root, drawing, scroll, clip) {
  const { state, shape, at, step } = drawing;
  const boxOf = ({ layer, timestep }) => (layer === "output" ? at.outputBox(timestep) : at.cellBox(Number(layer), timestep));
  const arrows = flowsOf(step, shape).map((flow) => arrow({ ...flow, forward: step.phase !== "backward" }, boxOf(flow.to), at));
  const inside = svg("svg", { x: clip.left, y: 0, width: Math.max(0, clip.right - clip.left), height: clip.bottom },
    svg("g", { transform: `translate(${-scroll.left - clip.left} ${-scroll.top})` }, ...present(step, at), ...arrows, ...learning(step, at, shape), ...brokenMark(shape, at), ...badges(state, at)));
  root.replaceChildren(inside, ...axes(drawing, scroll));
}
