import { final, waitAfter } from "../events.js";
import { lookup } from "../lookup.js";
import { ProblemError } from "../server.js";
import { createBallot } from "./ballot.js";
import { createMemory } from "./memory.js";
import { sendVote, takePart } from "./requests.js";

/** @import { Room } from "../lecture/room.js" */

/** @type {Record<string, "stranger" | "closed" | "refused">} */
const MEANS = { "no-participant": "stranger", "poll-closed": "closed", "too-many-identities": "refused" };

/** What a failure means for a vote: another try, another introduction, or the end of it. @returns {"again" | "closed" | "refused" | "stranger"} */
function judge(error) {
  const name = error instanceof ProblemError ? error.problem.type.split("/").at(-1) : "";
  return lookup(MEANS, name ?? "") ?? (final(error) ? "refused" : "again");
}

/** A student's answers: sent until they are stored, and remembered by this browser, so that a page that is loaded again knows them. */
export function createVoter(/** @type {Room} */ { store }, changed) {
  const { code } = store.get();
  const memory = createMemory(`unrolled.answers/${code}`);
  const ballot = createBallot({
    join: () => takePart(code, store.get().nickname),
    send: (poll, choice) => sendVote(code, poll, choice),
    wait: (failures) => new Promise((done) => setTimeout(done, waitAfter(failures))),
    judge,
    changed(poll, { stored }) {
      if (stored !== null) memory.set(poll, stored);
      changed();
    },
  });
  return { cast: ballot.cast, of: ballot.of, own: (poll) => memory.get(poll) ?? null, takeDown: ballot.takeDown };
}
