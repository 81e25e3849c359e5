import { lookup } from "../lookup.js";

/**
 * What a lecture's log comes to: the same fold as `app/lectures/state.py`, for whoever follows the stream and for whoever plays a recording.
 *
 * @typedef {{layer: string, timestep: number, unit?: number, gradient?: boolean}} Tied the cell that a question is about
 * @typedef {{answer: string | null, why: string, tally: Record<string, number>, votes: number}} Revealed
 * @typedef {{poll: string, kind: string, text: string, choices: string[], tolerance?: number, cell?: Tied, open: boolean, revealed: Revealed | null, past: boolean, offset: number}} Poll `past`: it is over, and the lecture has gone on
 * @typedef {{title: string, scene: string | null, view: Record<string, string>, frozen: boolean, blanked: boolean, fence: number, holder: string, polls: Poll[], ended: boolean}} Lecture
 * @typedef {{kind: string, offset: number, at: number, body: Record<string, any>}} Entry a durable event; its kind is written with spaces, as in the log
 */

const POLLS_KEPT = 20; // a snapshot holds the last of them; the log has all

/** A lecture before its first entry. @type {Lecture} */
export const EMPTY = Object.freeze({ title: "", scene: null, view: {}, frozen: false, blanked: false, fence: 1, holder: "", polls: [], ended: false });

const withPoll = (/** @type {Lecture} */ lecture, name, changed) => ({ ...lecture, polls: lecture.polls.map((poll) => (poll.poll === name ? { ...poll, ...changed } : poll)) });

const stands = (lecture, { body: { scene = lecture.scene, view = lecture.view } }) => ({
  ...lecture, scene, view, polls: lecture.polls.map((poll) => (poll.open || poll.past ? poll : { ...poll, past: true })),
});

/** @type {Record<string, (lecture: Lecture, entry: Entry) => Lecture>} */
const AFTER = {
  scene: stands,
  view: stands,
  frozen: (lecture, { body: { frozen } }) => ({ ...lecture, frozen }),
  blanked: (lecture, { body: { blanked } }) => ({ ...lecture, blanked }),
  "presenter changed": (lecture, { body: { fence, name } }) => ({ ...lecture, fence, holder: name }),
  "poll opened": (lecture, { offset, body }) => {
    const opened = /** @type {Poll} */ ({ ...body, open: true, revealed: null, past: false, offset });
    return { ...lecture, polls: [...lecture.polls, opened].slice(-POLLS_KEPT) };
  },
  "poll closed": (lecture, { body: { poll } }) => withPoll(lecture, poll, { open: false }),
  "poll revealed": (lecture, { body: { poll, answer, why, tally, votes } }) => withPoll(lecture, poll, { open: false, revealed: { answer, why, tally, votes } }),
  ended: (lecture) => ({ ...lecture, ended: true, frozen: false, blanked: false, polls: lecture.polls.map((poll) => ({ ...poll, open: false })) }),
};

/** The lecture once an entry has happened; a kind that this page does not know changes nothing. @returns {Lecture} */
export const after = (/** @type {Lecture} */ lecture, /** @type {Entry} */ entry) => lookup(AFTER, entry.kind)?.(lecture, entry) ?? lecture;

/** What an event of the stream is as an entry: `event: poll_opened` with {offset, at, ...body}; null for what is not durable. @returns {Entry | null} */
export function entryOf(event, { offset, at, ...body }) {
  const kind = event.replaceAll("_", " ");
  return Object.hasOwn(AFTER, kind) ? { kind, offset, at, body } : null;
}
