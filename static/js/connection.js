import { renew } from "./renew.js";
import { getVersion } from "./server.js";
import { listen } from "./store.js";
import { words } from "./words.js";

const HEARTBEAT = 5000; // ms between looks at a server that answers
const LONGEST_WAIT = 8000;
const PATIENCE = 4000;

/** Notices when the server goes away, says so, and notices when it is back. A server of another version means a fresh page. */
export function mountConnection(store) {
  let failures = 0;
  let timer;
  let engine = null;
  const stopped = new AbortController();

  async function look() {
    try {
      const version = await getVersion(AbortSignal.any([stopped.signal, AbortSignal.timeout(PATIENCE)]));
      if (engine && version.engine !== engine && renew(version.engine)) return;
      engine = version.engine;
      failures = 0;
      if (store.get().away) store.set({ away: false, notice: { kind: "good", text: words("notice.back") } });
    } catch {
      if (stopped.signal.aborted) return;
      failures += 1;
      store.set({ away: true });
    }
    wait();
  }

  function wait() {
    clearTimeout(timer);
    if (stopped.signal.aborted) return;
    const longest = Math.min(LONGEST_WAIT, 500 * 2 ** failures);
    timer = setTimeout(look, failures ? Math.random() * longest : HEARTBEAT);
  }

  const stopWatching = store.watch(({ away }) => away, (away) => {
    if (!away || failures) return;
    failures = 1; // a request failed before the heartbeat did
    wait();
  });
  const stopListening = listen(window, "online", look);
  look();
  return () => {
    stopListening();
    stopWatching();
    stopped.abort();
    clearTimeout(timer);
  };
}
