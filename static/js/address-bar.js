import { DEFAULT_VIEW, VERSION, VIEW, readLink, unpackLink, writeLink } from "./link.js";
import { packScene } from "./packing.js";
import { getScene } from "./server.js";
import { edit, show } from "./runner.js";
import { listen, undoAll } from "./store.js";
import { inLecture } from "./whereabouts.js";
import { words } from "./words.js";

const PAUSE = 250; // ms between writes: browsers refuse a page that writes its address too often

/** Says what could not be read of a link. */
function complaint(/** @type {ReturnType<typeof readLink>} */ { newer, bad }) {
  if (newer) return words("notice.newer", { version: newer, known: VERSION });
  return bad.length ? words("notice.link", { parts: bad.join(", ") }) : null;
}

/** Puts the scene of a link into the controls; without one the view is of the scene that is shown. */
function arrive(store, scene) {
  const { shown } = store.get();
  if (scene && shown.trace) edit(store, scene);
  else if (scene) store.set({ scene });
  else if (shown.trace) show(store, shown);
}

/** Opens what a link says: its scene, and its view as soon as the scene is here. */
async function open(store, hash) {
  let link = readLink(hash);
  if (link.packed) {
    store.set({ awaited: hash });
    link = await unpackLink(link);
    if (store.get().awaited !== hash) return; // another link was opened meanwhile
  }
  const text = complaint(link);
  const view = link.scene || link.id ? { ...DEFAULT_VIEW, ...link.view } : link.view; // without a scene it is a change of this view
  const { step, detail, order, pinned, kept, unit, zoom, pan, ...looks } = view;
  const arriving = Object.fromEntries(Object.entries({ step, detail, order, pinned, kept, unit, zoom, pan }).filter(([, value]) => value !== undefined));
  store.set({ ...looks, arriving, awaited: link.id, ...(text ? { notice: { kind: "bad", text } } : {}) });
  if (!link.id) return arrive(store, link.scene);
  let said = {};
  let scene = null;
  try {
    scene = await getScene(link.id);
  } catch {
    said = { notice: { kind: "bad", text: words("notice.scene") } };
  }
  if (store.get().awaited !== link.id) return; // another link was opened meanwhile
  store.set({ ...said, awaited: null });
  arrive(store, scene);
}

/** A fragment can also be the place of an element, such as the one that the skip link leads to. */
const isLink = (hash) => hash !== "" && document.getElementById(hash.slice(1)) === null;

/** Scene and view stand in the address: written as they change, read when the page opens and when a person pastes another link. */
export function mountAddressBar(store) {
  let timer;
  let known = location.hash; // another one is a link that was pressed, and whose event is on its way

  function writeSoon() {
    if (store.get().shown.trace) timer ??= setTimeout(write, PAUSE);
  }

  async function write() {
    timer = undefined;
    await packScene(store.get().shown.scene);
    if (inLecture() || location.hash !== known) return; // a lecture was started, or a link pressed, since
    address(writeLink(store.get()));
  }

  function address(url) {
    history.replaceState(null, "", url);
    known = location.hash;
  }

  /** A link that was pasted or pressed; a lecture's page takes it out of its address again. */
  function changed() {
    const pressed = location.hash !== known;
    known = location.hash;
    if (!isLink(known)) return writeSoon();
    if (pressed) open(store, known);
    if (inLecture()) address(location.pathname + location.search);
  }

  if (isLink(location.hash) && !inLecture()) open(store, location.hash);
  return undoAll([
    listen(window, "hashchange", changed),
    store.watch((state) => [state.shown, ...VIEW.map((name) => state[name])], writeSoon),
    () => clearTimeout(timer),
  ]);
}
