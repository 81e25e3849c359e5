import { html } from "../dom.js";
import { normalAnswer } from "../asking/answers.js";
import { mountCard } from "../asking/card.js";
import { mountMarks } from "../asking/marks.js";
import { createMemory } from "../asking/memory.js";
import { createFollower } from "../lecture/follower.js";
import { UNHEARD } from "../lecture/log.js";
import { createStore, undoAll } from "../store.js";
import { words } from "../words.js";
import { mountBar } from "./bar.js";
import { createPlayer } from "./player.js";
import { trackOf } from "./recording.js";
import { createScenes } from "./scenes.js";

/** @import { Page } from "../page.js" */
/** @import { Recording } from "./recording.js" */
/** @import { Vote } from "../asking/ballot.js" */

/** Answers that nobody is told: to each question the last one, as the class's are counted. */
function createSolo(code, /** @type {() => any[]} */ pollsNow, changed) {
  const memory = createMemory(`unrolled.replayed/${code}`);
  /** @type {Map<string, Vote>} */
  const votes = new Map();
  return {
    own: (poll) => memory.get(poll) ?? null,
    of: (poll) => votes.get(poll) ?? null,
    cast(name, choice) {
      const poll = pollsNow().find((each) => each.poll === name);
      const stored = poll ? normalAnswer(poll, choice) : null;
      if (stored === null) votes.set(name, { choice, state: "refused", stored, detail: words("replay.answer.none") });
      else {
        memory.set(name, stored);
        votes.set(name, { choice: stored, state: "stored", stored, detail: null });
      }
      changed();
    },
  };
}

/** A recording, watched: the page follows it as it would follow the lecture, and a person may let go of it and come back. */
export function mountReplay(/** @type {HTMLElement} */ root, /** @type {Page} */ page, /** @type {Recording} */ recording, file) {
  const track = trackOf(recording);
  const player = createPlayer(track);
  const store = createStore({ ...UNHEARD, phase: "live", code: recording.code, role: "student", mode: "following", mine: null, refused: null, begun: false });
  const room = /** @type {any} */ ({ store, leads: () => false });
  let returning = false;

  const letGo = () => {
    returning = false;
    player.store.set({ playing: false });
    store.set({ mode: "exploring" });
  };
  const follower = createFollower(page, root, room, { letGo, arrived }, createScenes(recording.scenes));

  function follow(anew) {
    const { scene, view } = store.get();
    follower.go({ scene, view }, anew);
  }

  /** The page shows where the recording is. */
  function arrived() {
    if (returning) store.set({ mode: "following" });
    returning = false;
  }

  function moved() {
    const { begun, mode } = store.get();
    if (!begun) follow(true);
    else if (mode !== "exploring" || returning) follow(returning);
  }

  function back() {
    if (store.get().mode !== "exploring") return;
    returning = true;
    follow(true);
  }

  const place = html("div");
  root.append(place);
  let card = /** @type {ReturnType<typeof mountCard> | null} */ (null);
  const solo = createSolo(recording.code, () => store.get().polls, () => {
    card?.draw();
    store.set({ tallies: {} }); // the score may have changed
  });
  card = mountCard(place, { store, voter: solo });
  const askedIn = (poll) => track.states[track.marks.find((mark) => mark.poll === poll)?.index ?? 0].scene;

  return undoAll([
    () => place.remove(),
    player.takeDown,
    () => follower.takeDown(),
    card.takeDown,
    mountMarks(page, store, askedIn),
    mountBar(root, { store, player, back, explore: () => follower.release(), own: solo.own }, recording, track, file),
    player.store.ask(({ index }) => index, (index) => store.set({ ...track.states[index], phase: "live" })),
    store.ask(({ scene, view }) => [scene, view], moved),
  ]);
}
