/**
 * A vote as a page has it: what a person wants, and whether the server has it.
 * `stored` is the answer in the form in which it is counted; `detail` says why it was not taken.
 * @typedef {{choice: string, state: "sending" | "waiting" | "stored" | "refused" | "closed", stored: string | null, detail: string | null}} Vote
 */

/**
 * Votes on their way: of each question the newest wish, one request at a time, again and again until the server has it or says that it takes none.
 *
 * @param {object} how
 * @param {() => Promise<any>} how.join makes this browser a participant, before its first vote
 * @param {(poll: string, choice: string) => Promise<{choice: string}>} how.send
 * @param {(failures: number) => Promise<any>} how.wait a while that grows, and differs from browser to browser
 * @param {(error: any) => "again" | "stranger" | "closed" | "refused"} how.judge what a failure means
 * @param {(poll: string, vote: Vote) => void} how.changed
 */
export function createBallot({ join, send, wait, judge, changed }) {
  /** @type {Map<string, Vote>} */
  const votes = new Map();
  const busy = new Set();
  let joined = null;
  let stopped = false;

  function set(poll, patch) {
    const vote = { ...(votes.get(poll) ?? { choice: "", state: "sending", stored: null, detail: null }), ...patch };
    votes.set(poll, /** @type {Vote} */ (vote));
    if (!stopped) changed(poll, /** @type {Vote} */ (vote));
  }

  /** One try; says whether it is over. */
  async function attempt(poll, choice) {
    try {
      await (joined ??= join());
    } catch (error) {
      joined = null;
      throw error;
    }
    const { choice: stored } = await send(poll, choice);
    set(poll, { stored, detail: null });
  }

  /** What a failure leaves to be done: nothing more, or another try after a while. */
  async function failed(poll, error, failures) {
    const verdict = judge(error);
    if (verdict === "stranger" && failures < 3) {
      joined = null; // the server has forgotten this browser: it introduces itself anew
      return;
    }
    if (verdict !== "again") {
      set(poll, { state: verdict === "closed" ? "closed" : "refused", detail: error.message });
      return true;
    }
    set(poll, { state: "waiting" });
    await wait(failures);
  }

  async function deliver(poll) {
    busy.add(poll);
    for (let failures = 0, sent = null; !stopped; ) {
      const { choice } = /** @type {Vote} */ (votes.get(poll));
      if (choice === sent) {
        set(poll, { state: "stored" });
        break;
      }
      try {
        await attempt(poll, choice);
        [sent, failures] = [choice, 0];
      } catch (error) {
        const over = await failed(poll, error, failures);
        failures += 1;
        if (over && votes.get(poll)?.choice === choice) break;
      }
    }
    busy.delete(poll);
  }

  return {
    /** A person's answer; another one before it has arrived takes its place. */
    cast(poll, choice) {
      set(poll, { choice, state: "sending", detail: null });
      if (!busy.has(poll)) deliver(poll);
    },
    of: (poll) => votes.get(poll) ?? null,
    takeDown() {
      stopped = true;
    },
  };
}
