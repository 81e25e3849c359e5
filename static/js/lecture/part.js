import { mountCommands } from "../keyboard.js";
import { renew } from "../renew.js";
import { undoAll } from "../store.js";
import { deviceName } from "./devices.js";
import { createFollower } from "./follower.js";
import { createPublisher } from "./publisher.js";
import { getLecture } from "./requests.js";
import { createRoom } from "./room.js";
import { keepSelf } from "./self.js";
import { ownVersion } from "./version.js";

/** @import { Page } from "../page.js" */
/** @import { Lecture } from "./room.js" */
/** @typedef {ReturnType<typeof mountPart>} Part */

/** The part that this page has in a lecture: it follows, is a person's own, or has the word, and goes from one to the other. */
export function mountPart(/** @type {HTMLElement} */ root, /** @type {Page} */ page, /** @type {Partial<Lecture> & {place?: any}} */ { place = null, ...first }) {
  const room = createRoom(first);
  const { store } = room;
  const follower = createFollower(page, root, room, { letGo, arrived });
  const publisher = createPublisher(page, room, place);
  let epoch = null;
  let returning = false;

  /** A person has moved the page: where it has the word that is told, else it is theirs alone. */
  function letGo() {
    returning = false;
    store.set({ mode: room.leads() ? "presenting" : "exploring" });
  }

  function follow(anew) {
    const { scene, view } = store.get();
    follower.go({ scene, view }, anew);
  }

  /** The page shows where the lecture is. */
  function arrived() {
    if (returning) store.set({ mode: "following" });
    returning = false;
  }

  /** The log says where the lecture is. */
  function placed(/** @type {Lecture} */ { scene, view, placed: offset, mode, begun, epoch: now, phase }) {
    if (phase === "joining" || now === null) return;
    const changed = epoch !== null && epoch !== now;
    epoch = now;
    const foreign = publisher.isForeign({ scene, view }, offset, changed && room.leads());
    if (!begun && scene === null && !view.draft) store.set({ begun: room.leads() }); // there is no picture yet: whoever has the word will give it
    else if (!begun) follow(true);
    else if (room.leads() ? foreign : mode !== "exploring" || returning) follow(returning);
  }

  function back() {
    if (store.get().mode !== "exploring") return;
    returning = true;
    follow(true);
  }

  /** Takes the word: from now on the class sees this page. */
  async function takeOver() {
    try {
      await room.command("presenter changed", { name: deviceName() });
      await presentTogether();
    } catch (error) {
      store.set({ refused: error.message });
    }
  }

  /** Another page of this browser may have taken the word back: they present together. */
  async function presentTogether() {
    if (store.get().role !== "presenter" || store.get().mine === store.get().fence) return;
    const { presenting, fence } = await getLecture(store.get().code);
    if (presenting) store.set({ mine: fence, mode: "presenting", refused: null });
  }

  const takeDown = undoAll([
    () => follower.takeDown(),
    () => publisher.takeDown(),
    () => room.takeDown(),
    store.ask(({ scene, view, epoch: now, phase }) => [scene, view, now, phase], () => placed(store.get())),
    store.ask(({ hand, nickname }) => `${hand} ${nickname}`, () => store.get().role === "student" && keepSelf(store.get())),
    store.ask(({ fence }) => fence, () => presentTogether().catch(() => {})), // where the server is away the next one is asked for
    store.ask(({ role, mine, mode }) => role === "presenter" && mine === null && mode === "following", (led) => led && store.get().begun && follow(false)), // another device has the word now
    store.ask(({ version }) => version, (version) => version && version !== ownVersion && !renew(version) && store.set({ refused: null, stale: true })),
    mountCommands({ toPresenter: back }),
  ]);
  if (store.get().phase !== "unknown") room.start();
  return { room, explore: () => follower.release(), back, takeOver, takeDown };
}
