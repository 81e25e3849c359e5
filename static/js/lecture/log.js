import { lookup } from "../lookup.js";
import { EMPTY, after, entryOf } from "./state.js";

/**
 * What a page has heard of a lecture: what its log comes to, and what is said beside the log. Pure functions.
 *
 * @typedef {object} Said
 * @property {"joining" | "live" | "ended" | "unknown" | "deleted"} phase
 * @property {"live" | "paused" | "lost"} link paused: the lecture's storage is out of the server's reach; lost: the server is out of ours
 * @property {string | null} epoch
 * @property {number} offset of the last entry
 * @property {number} placed of the last entry that moved the picture
 * @property {string | null} version of the engine that the server has
 * @property {Record<string, {votes: number, tally?: Record<string, number>}>} tallies of open questions, by their ids
 * @property {{students: number, exploring?: number, hands?: string[], raised?: number, identities?: number}} presence
 * @property {{x: number, y: number} | null} pointer
 * @property {string | null} pointsAt the address of the number that it rests on
 * @property {boolean} away could a part of the page not be brought? It is asked for again when something is heard
 * @property {boolean} hand is one's own hand raised?
 * @typedef {import("./state.js").Lecture & Said} Heard
 */

const UNPOINTED = { pointer: null, pointsAt: null };

/** @type {Heard} */
export const UNHEARD = {
  ...EMPTY, phase: "joining", link: "live", epoch: null, offset: 0, placed: 0, version: null, tallies: {}, presence: { students: 0 }, ...UNPOINTED, hand: false, away: false,
};

/** Is there nothing more to come? */
export const isOver = (/** @type {Said} */ { phase }) => phase === "ended" || phase === "deleted";

/** What is said beside the log, and where a stream begins: what each of them makes of it. @type {Record<string, (data: any, now: Heard) => Partial<Heard>>} */
const SAID = {
  snapshot: ({ state, epoch, offset, version }) => ({ ...state, epoch, offset, placed: offset, version, link: "live", phase: state.ended ? "ended" : "live", ...UNPOINTED, away: false }),
  resumed: ({ epoch, version }) => ({ epoch, version, link: "live", phase: "live", ...UNPOINTED, away: false }),
  heartbeat: () => ({ away: false }),
  tally: ({ poll, ...tally }, { tallies }) => ({ tallies: { ...tallies, [poll]: tally } }),
  presence: (presence) => ({ presence }),
  pointer: ({ x, y, hidden, address }) => ({ pointer: hidden ? null : { x, y }, pointsAt: address || null }),
  hands_lowered: () => ({ hand: false }),
  link: ({ state }) => ({ link: state }),
  deleted: () => ({ phase: "deleted" }),
};

/** What an entry changes beside what it says. */
const ALSO = {
  scene: ({ offset }) => ({ placed: offset }),
  view: ({ offset }) => ({ placed: offset }),
  "presenter changed": () => UNPOINTED,
  ended: () => ({ phase: "ended", ...UNPOINTED }),
};

/** The page's knowledge after an event; one that is known already, or that it has no word for, changes nothing. @returns {Partial<Heard>} */
export function told(/** @type {Heard} */ now, { kind, data }) {
  const entry = entryOf(kind, data);
  if (!entry) return lookup(SAID, kind)?.(data, now) ?? {};
  if (entry.offset <= now.offset) return {};
  return { ...after(now, entry), offset: entry.offset, ...lookup(ALSO, entry.kind)?.(entry) };
}
