import { html } from "../dom.js";
import { BEAT } from "../player.js";
import { say } from "../say.js";
import { getSceneFile, getTraceFile } from "../server.js";
import { timelineIn } from "../state.js";
import { words } from "../words.js";
import { csvTasks } from "./csv.js";
import { boxOf, drawingOf, pngOf } from "./drawing.js";
import { film } from "./film.js";
import { inSlices } from "./slices.js";
import { openStage } from "./stage.js";

/** @import { State } from "../types.js" */
/** @import { Drawing } from "./drawing.js" */

/**
 * What a maker may use: how pictures are drawn, how it is called off, and where it tells how far it is.
 * @typedef {{mountGrid: (room: HTMLElement, store: any) => () => void, signal: AbortSignal, progress: (share: number) => void}} Job
 */

/** What happens now as plain text. */
const sentenceOf = (/** @type {State} */ state) => html("p", {}, say(state)).textContent ?? "";

/** Looks at the picture of the present step. */
function atStep(mountGrid, /** @type {State} */ state, look) {
  const stage = openStage(mountGrid, state);
  try {
    return look(stage.at(state.step));
  } finally {
    stage.close();
  }
}

/** How large the picture of the present step is, in px. */
export const sizeOf = (mountGrid, /** @type {State} */ state) => atStep(mountGrid, state, boxOf);

/** The picture of the present step, cut to what is drawn. @returns {Drawing} */
function pictureOf(mountGrid, /** @type {State} */ state) {
  const title = words("export.what", { words: state.shown.scene.sentence.join(" "), step: state.step, steps: timelineIn(state).last });
  return atStep(mountGrid, state, (picture) => drawingOf(picture, { title, description: sentenceOf(state) }, boxOf(picture)));
}

/** The whole timeline as a film, at the page's speed, with the sentence of each step. */
async function filmOf(/** @type {State} */ state, /** @type {Job} */ { mountGrid, signal, progress }) {
  const { steps } = timelineIn(state);
  const stage = openStage(mountGrid, { ...state, pinned: null });
  const frame = (i) => {
    const picture = stage.at(i);
    const sentence = sentenceOf(stage.state());
    return { drawing: drawingOf(picture, { title: "", description: sentence }, boxOf(picture, true)), sentence };
  };
  try {
    return await film({ count: steps.length, beat: BEAT / state.speed, frame }, { signal, progress });
  } finally {
    stage.close();
  }
}

/** How each file is made. @type {Record<string, (state: State, job: Job) => Promise<Blob>>} */
export const MAKERS = {
  svg: async (state, { mountGrid }) => new Blob([pictureOf(mountGrid, state).text], { type: "image/svg+xml" }),
  png: (state, { mountGrid }) => pngOf(pictureOf(mountGrid, state)),
  film: filmOf,
  csv: async (state, job) => new Blob(await inSlices(csvTasks(/** @type {any} */ (state.shown.trace)), job), { type: "text/csv" }),
  trace: (state, job) => getTraceFile(state.shown.id, job),
  scene: (state, job) => getSceneFile(state.shown.id, job),
};

/** What the notes of the offers have in figures. */
export function figures(/** @type {State} */ state, size) {
  const { last, steps } = timelineIn(state);
  return { ...size, steps: last, seconds: Math.ceil((steps.length * BEAT) / state.speed / 1000) };
}
