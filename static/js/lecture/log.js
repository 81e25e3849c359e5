/** What is known of a lecture: the fold of its log, and of what is said beside it. Pure functions. */

/** @typedef {{poll: string, open: boolean, revealed: any, offset: number, kind: string, text: string, choices: string[]}} Poll */
/**
 * @typedef {object} Heard
 * @property {"joining" | "live" | "ended" | "unknown" | "deleted"} phase
 * @property {"live" | "paused" | "lost"} link paused: the lecture's storage is out of the server's reach; lost: the server is out of ours
 * @property {string | null} epoch
 * @property {number} offset of the last entry
 * @property {number} placed of the last entry that moved the picture
 * @property {string | null} version of the engine that the server has
 * @property {string} title
 * @property {string | null} scene
 * @property {Record<string, string>} view
 * @property {boolean} frozen
 * @property {boolean} blanked
 * @property {number} fence
 * @property {string} holder
 * @property {Poll[]} polls
 * @property {Record<string, {votes: number, tally?: Record<string, number>}>} tallies
 * @property {{students: number, exploring?: number, hands?: string[], raised?: number, identities?: number}} presence
 * @property {{x: number, y: number} | null} pointer
 * @property {boolean} hand is one's own hand raised?
 */

/** @type {Heard} */
export const UNHEARD = {
  phase: "joining", link: "live", epoch: null, offset: 0, placed: 0, version: null, title: "", scene: null, view: {}, frozen: false, blanked: false, fence: 0, holder: "",
  polls: [], tallies: {}, presence: { students: 0 }, pointer: null, hand: false,
};

const POLLS_KEPT = 20;

const withPoll = (polls, name, patch) => polls.map((poll) => (poll.poll === name ? { ...poll, ...patch } : poll));

/** What each kind of event makes of it. */
const TOLD = {
  snapshot: ({ state, epoch, offset, version }) => ({ ...state, epoch, offset, placed: offset, version, link: "live", phase: state.ended ? "ended" : "live" }),
  resumed: ({ epoch, version }) => ({ epoch, version, link: "live", phase: "live" }),
  scene: ({ scene, view, offset }, now) => ({ scene, view: view ?? now.view, placed: offset }),
  view: ({ view, offset }) => ({ view, placed: offset }),
  frozen: ({ frozen }) => ({ frozen }),
  blanked: ({ blanked }) => ({ blanked }),
  presenter_changed: ({ fence, name }) => ({ fence, holder: name, pointer: null }),
  poll_opened: ({ at: _, ...poll }, { polls }) => ({ polls: [...polls, { ...poll, open: true, revealed: null }].slice(-POLLS_KEPT) }),
  poll_closed: ({ poll }, { polls }) => ({ polls: withPoll(polls, poll, { open: false }) }),
  poll_revealed: ({ poll, answer, why, tally, votes }, { polls }) => ({ polls: withPoll(polls, poll, { open: false, revealed: { answer, why, tally, votes } }) }),
  ended: (_, { polls }) => ({ phase: "ended", frozen: false, blanked: false, pointer: null, polls: polls.map((poll) => ({ ...poll, open: false })) }),
  tally: ({ poll, ...tally }, { tallies }) => ({ tallies: { ...tallies, [poll]: tally } }),
  presence: (presence) => ({ presence }),
  pointer: ({ x, y, hidden }) => ({ pointer: hidden ? null : { x, y } }),
  hands_lowered: () => ({ hand: false }),
  link: ({ state }) => ({ link: state }),
  deleted: () => ({ phase: "deleted" }),
};

/** What an event changes; of one that is known already, or that this page has no word for, nothing. @returns {Partial<Heard>} */
export function told(/** @type {Heard} */ now, { kind, id, data }) {
  if (!Object.hasOwn(TOLD, kind)) return {};
  const entry = id !== undefined && kind !== "snapshot";
  if (entry && data.offset <= now.offset) return {};
  return { ...TOLD[kind](data, now), ...(entry ? { offset: data.offset } : {}) };
}
