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

/** How large the picture of the present step is, in px. */
export function sizeOf(mountGrid, /** @type {State} */ state) {
  const stage = openStage(mountGrid, state);
  const box = boxOf(stage.at(state.step));
  stage.close();
  return box;
}

/** Does something with a stage, and takes it down again. */
async function onStage(/** @type {Job} */ { mountGrid }, /** @type {State} */ state, act) {
  const stage = openStage(mountGrid, state);
  try {
    return await act(stage);
  } finally {
    stage.close();
  }
}

/** The picture of the present step, cut to what is drawn. @returns {Promise<Drawing>} */
function pictureOf(/** @type {State} */ state, /** @type {Job} */ job) {
  const title = words("export.what", { words: state.shown.scene.sentence.join(" "), step: state.step, steps: timelineIn(state).last });
  return onStage(job, state, (stage) => {
    const picture = stage.at(state.step);
    return drawingOf(picture, { title, description: sentenceOf(state) }, boxOf(picture), job);
  });
}

/** The whole timeline as a film, at the page's speed, with the sentence of each step. */
function filmOf(/** @type {State} */ state, /** @type {Job} */ job) {
  const { steps } = timelineIn(state);
  const drawn = { ...job, progress: () => {} }; // of a film the steps are counted
  return onStage(job, { ...state, pinned: null }, (stage) => film({
    count: steps.length,
    beat: BEAT / state.speed,
    async frame(i) {
      const picture = stage.at(i);
      const sentence = sentenceOf(stage.state());
      return { drawing: await drawingOf(picture, { title: "", description: sentence }, boxOf(picture, true), drawn), sentence };
    },
  }, job));
}

/** What a task writes, as bytes: to turn all of a long text into bytes at once would take a while. */
const encoded = (task) => () => new TextEncoder().encode(task());

/** How each file is made. @type {Record<string, (state: State, job: Job) => Promise<Blob>>} */
export const MAKERS = {
  svg: async (state, job) => new Blob([(await pictureOf(state, job)).text], { type: "image/svg+xml" }),
  png: async (state, job) => pngOf(await pictureOf(state, job)),
  film: filmOf,
  csv: async (state, job) => new Blob(await inSlices(csvTasks(/** @type {any} */ (state.shown.trace)).map(encoded), job), { type: "text/csv" }),
  trace: (state, job) => getTraceFile(state.shown.id, job),
  scene: (state, job) => getSceneFile(state.shown.id, job),
};

/** What the notes of the offers have in figures. */
export function figures(/** @type {State} */ state, size) {
  const { last, steps } = timelineIn(state);
  return { ...size, steps: last, seconds: Math.ceil((steps.length * BEAT) / state.speed / 1000) };
}
