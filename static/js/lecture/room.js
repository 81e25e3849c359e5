import { final, openEvents, pause, waitAfter } from "../events.js";
import { ProblemError } from "../server.js";
import { createStore, listen, undoAll } from "../store.js";
import { UNHEARD, isOver, told } from "./log.js";
import { eventsAt, sendCommand } from "./requests.js";

/** @import { Heard } from "./log.js" */
/**
 * A lecture as this page is part of it. `mode` is "presenting" where this device has the word, else how it takes part; `mine` is the fence that it holds; `held`: something on the way holds the stream back.
 * @typedef {Heard & {code: string, role: "student" | "presenter", mode: "following" | "exploring" | "presenting", mine: number | null, nickname: string,
 *   address: string | null, unsent: boolean, held: boolean, refused: string | null, denied: string | null, stale: boolean, pointing: boolean, begun: boolean, fresh: boolean}} Lecture
 */

const SILENCE = 25_000; // ms after which a stream is lost, although nothing said so
const PATIENCE = 10_000; // ms until the first event of a stream, after which something on the way holds it back
const ID_BYTES = 12;

/** A name that nobody else gives: crypto.randomUUID is not there where the page came over plain HTTP. */
const newId = () => [...crypto.getRandomValues(new Uint8Array(ID_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const isProblem = (error, name) => error instanceof ProblemError && error.problem.type.endsWith(`/${name}`);
const passes = (error) => !final(error) || isProblem(error, "lecture-changed"); // and the stream brings what changed

/** @typedef {ReturnType<typeof createRoom>} Room */

/** A lecture, as the page hears it and takes part in it. Views watch `store`; whoever presents sends commands. */
export function createRoom(/** @type {Partial<Lecture>} */ first) {
  const store = createStore(/** @type {Lecture} */ ({
    ...UNHEARD, role: "student", mode: "following", mine: null, nickname: "", address: null, unsent: false, held: false, refused: null, denied: null, stale: false, pointing: false, begun: false, fresh: false, ...first,
  }));
  const stopped = new AbortController();
  let again = () => {};

  /** What a command that was refused says of the lecture. */
  function judge(/** @type {ProblemError} */ error) {
    if (isProblem(error, "not-presenting")) store.set({ mine: null, mode: "exploring", pointing: false, refused: error.message });
    else if (isProblem(error, "lecture-ended")) store.set({ phase: "ended" });
    else if (isProblem(error, "unknown-lecture")) store.set({ phase: "deleted" });
    else store.set({ refused: error.message });
  }

  /** Does something as presenter, until the server says that it is done: a command that is repeated has the id that it had. */
  async function command(kind, body, id = newId()) {
    for (let failures = 0; ; failures += 1) {
      try {
        const done = await sendCommand(store.get().code, { id, fence: store.get().mine ?? 0, kind, body });
        store.set({ unsent: false, refused: null });
        return done;
      } catch (error) {
        if (!passes(error)) {
          store.set({ unsent: false });
          judge(error);
          throw error;
        }
        store.set({ unsent: true });
        await pause(waitAfter(failures), stopped.signal);
        stopped.signal.throwIfAborted();
      }
    }
  }

  /** What this page says of itself when it listens. */
  function about() {
    const { role, mode, hand, nickname } = store.get();
    return role === "presenter" ? { as: role } : { mode, hand: String(hand), ...(nickname ? { nickname } : {}) };
  }

  async function hear(/** @type {ReturnType<typeof openEvents>["events"]} */ events) {
    try {
      for await (const event of events) {
        store.set(told(store.get(), event));
        if (isOver(store.get())) return;
      }
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (isProblem(error, "unknown-lecture")) store.set({ phase: store.get().epoch ? "deleted" : "unknown" });
      else if (isProblem(error, "not-presenter")) store.set({ role: "student", mine: null, mode: "following", denied: error.message });
      else store.set({ refused: error.message, link: "lost" });
      if (isProblem(error, "not-presenter")) start();
    }
  }

  /** Listens from now on. */
  function start() {
    const listening = openEvents(() => eventsAt(store.get().code, about()), {
      signal: stopped.signal, silence: SILENCE, patience: PATIENCE,
      changed(heard, why, held = false) {
        store.set({ held });
        if (!heard) store.set({ link: "lost", refused: why instanceof ProblemError ? why.message : null });
        else if (store.get().link === "lost") store.set({ link: "live", refused: null });
      },
    });
    again = listening.again;
    hear(listening.events);
  }

  return {
    store, command, start,
    /** What is not stored, and not worth a second try. */
    say: (kind, body) => sendCommand(store.get().code, { id: newId(), fence: store.get().mine ?? 0, kind, body }).catch(() => {}),
    /** Has this page the word? */
    leads: () => store.get().mine !== null,
    takeDown: undoAll([
      store.ask(({ role, mode, hand, nickname }) => (role === "presenter" ? role : `${mode} ${hand} ${nickname}`), () => again()),
      store.ask(({ fence, mine }) => [fence, mine], ([fence, mine]) => mine !== null && fence > mine && store.set({ mine: null, mode: "following", pointing: false })),
      listen(window, "online", () => again()),
      listen(window, "offline", () => store.set({ link: "lost" })),
      () => stopped.abort(),
    ]),
  };
}
