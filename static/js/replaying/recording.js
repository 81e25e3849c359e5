import { EMPTY, after } from "../lecture/state.js";
import { lookup } from "../lookup.js";

/** @import { Entry, Lecture } from "../lecture/state.js" */
/** @import { Scene } from "../types.js" */

/** A lecture's log with its scenes, as one file. @typedef {{unrolled: "recording", version: number, title: string, code: string, entries: Entry[], scenes: Record<string, Scene>}} Recording */
/** Where something was asked, in seconds from the beginning. @typedef {{at: number, poll: string, text: string, index: number}} Mark */
/**
 * A recording to be played: when each entry happened, in seconds from the first one, and what the lecture had come to by then.
 * @typedef {{times: number[], states: Lecture[], marks: Mark[], duration: number}} Track
 */

export const VERSION = 1;

const SCENE_ID = /^[0-9a-f]{64}$/;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const isView = (view) => isObject(view) && Object.values(view).every((text) => typeof text === "string");

/** A question may be about a cell of the grid. */
const isCell = (cell) => cell === undefined || cell === null || (isObject(cell) && /^(output|[1-9]\d?)$/.test(cell.layer) && Number.isInteger(cell.timestep) && cell.timestep > 0);

/** What each kind of entry must say for the picture to follow it. */
const SAYS = {
  scene: ({ scene, view }) => typeof scene === "string" && SCENE_ID.test(scene) && (view === undefined || isView(view)),
  view: ({ view }) => isView(view),
  "poll opened": ({ poll, kind, text, choices, cell }) => [poll, kind, text].every((each) => typeof each === "string") && Array.isArray(choices) && choices.every((choice) => typeof choice === "string") && isCell(cell),
  "poll revealed": ({ poll, tally }) => typeof poll === "string" && isObject(tally) && Object.values(tally).every(Number.isFinite),
};

function isEntry(entry, before) {
  if (!isObject(entry) || !isObject(entry.body) || typeof entry.kind !== "string") return false;
  return Number.isInteger(entry.offset) && Number.isFinite(entry.at) && (!before || entry.offset > before.offset) && (lookup(SAYS, entry.kind)?.(entry.body) ?? true);
}

/**
 * The recording of a file, or what is wrong with it.
 * @returns {{recording: Recording} | {fault: "damaged" | "other" | "newer" | "empty" | "entry", values: Record<string, any>}}
 */
export function readRecording(/** @type {string} */ text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    return { fault: "damaged", values: {} };
  }
  if (!isObject(document) || document.unrolled !== "recording") return { fault: "other", values: {} };
  const { version, title = "", code = "", entries, scenes = {} } = document;
  if (!Number.isInteger(version) || version < 1) return { fault: "damaged", values: {} };
  if (version > VERSION) return { fault: "newer", values: { version } };
  if (typeof title !== "string" || typeof code !== "string" || !Array.isArray(entries) || !isObject(scenes) || !Object.values(scenes).every(isObject)) return { fault: "damaged", values: {} };
  const bad = entries.findIndex((entry, i) => !isEntry(entry, entries[i - 1]));
  if (bad >= 0) return { fault: "entry", values: { number: bad + 1 } };
  if (!entries.some(({ kind }) => kind === "scene" || kind === "view")) return { fault: "empty", values: {} };
  return { recording: { unrolled: "recording", version, title, code, entries, scenes } };
}

/** Everything about the entries that playing needs, once. @returns {Track} */
export function trackOf(/** @type {Recording} */ { title, entries }) {
  const track = /** @type {Track} */ ({ times: [], states: [], marks: [], duration: 0 });
  let state = { ...EMPTY, title };
  let time = 0;
  entries.forEach((entry, index) => {
    time = Math.max(time, entry.at - entries[0].at); // a clock that was set back does not turn time around
    state = after(state, entry);
    track.times.push(time);
    track.states.push(state);
    if (entry.kind === "poll opened") track.marks.push({ at: time, poll: entry.body.poll, text: entry.body.text, index });
  });
  track.duration = time;
  return track;
}

/** The last entry that has happened by this time; the first entries are there from the beginning. */
export function indexAt(/** @type {Track} */ { times }, time) {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (times[middle] <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

const LONG = 8; // s without an entry are a pause that may be skipped
const LEAD = 1; // s before the next entry, to which it is skipped

/**
 * Where playing is a moment later: it stops at the end, and before a question that wants an answer; long pauses are skipped where a person wants that.
 *
 * @param {Track} track
 * @param {number} time
 * @param {number} elapsed seconds of the recording
 * @param {{skip: boolean, ask: boolean}} how
 * @returns {{time: number, playing: boolean}}
 */
export function advanced(track, time, elapsed, { skip, ask }) {
  const { times, marks, duration } = track;
  const next = times[indexAt(track, time) + 1] ?? duration;
  const from = skip && next - time > LONG ? next - LEAD : time;
  const to = from + elapsed;
  const asked = ask ? marks.find(({ at }) => at > time && at <= to) : undefined;
  if (asked) return { time: asked.at, playing: false };
  return to >= duration ? { time: duration, playing: false } : { time: to, playing: true };
}

/** Seconds as a person reads them: 1:05, 1:02:05. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
