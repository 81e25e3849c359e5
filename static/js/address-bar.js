import { VIEW, readLink, writeLink } from "./link.js";
import { getScene } from "./server.js";
import { edit } from "./runner.js";
import { listen, undoAll } from "./store.js";
import { words } from "./words.js";

const PAUSE = 250; // ms between writes: browsers refuse a page that writes its address too often

/** Says what could not be read of a link. */
function complaint(/** @type {ReturnType<typeof readLink>} */ { newer, bad }) {
  if (newer) return words("notice.newer", { version: newer, known: 1 });
  return bad.length ? words("notice.link", { parts: bad.join(", ") }) : null;
}

/** Opens what a link says: its scene, and its view as soon as the scene is here. */
async function open(store, hash) {
  const link = readLink(hash);
  const text = complaint(link);
  const { step, pinned, unit, ...looks } = link.view;
  const arriving = Object.fromEntries(Object.entries({ step, pinned, unit }).filter(([, value]) => value !== undefined));
  store.set({ ...looks, arriving, ...(text ? { notice: { kind: "bad", text } } : {}) });
  try {
    const scene = link.id ? await getScene(link.id) : link.scene;
    if (!scene) return;
    if (store.get().shown.id) edit(store, scene);
    else store.set({ scene });
  } catch {
    store.set({ notice: { kind: "bad", text: words("notice.scene") } });
  }
}

/** Scene and view stand in the address: written as they change, read when the page opens and when a person pastes another link. */
export function mountAddressBar(store) {
  let timer;
  let written = null;

  function write() {
    timer = undefined;
    written = writeLink(store.get());
    history.replaceState(null, "", written);
  }

  if (location.hash) open(store, location.hash);
  return undoAll([
    listen(window, "hashchange", () => location.hash !== written && open(store, location.hash)),
    store.watch((state) => [state.shown, ...VIEW.map((name) => state[name])], () => {
      if (store.get().shown.trace) timer ??= setTimeout(write, PAUSE);
    }),
    () => clearTimeout(timer),
  ]);
}
