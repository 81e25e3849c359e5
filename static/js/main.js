import { mountAddressBar } from "./address-bar.js";
import { calm } from "./calm.js";
import { mountConnection } from "./connection.js";
import { mountHighlight } from "./highlight.js";
import { mountGridKeys, mountKeyboard, mountKeysDialog } from "./keyboard.js";
import { DEFAULT_VIEW } from "./link.js";
import { mountPlayer } from "./player.js";
import { mountRunner } from "./runner.js";
import { createStore, listen, undoAll } from "./store.js";
import { mountTerms } from "./terms-loader.js";
import { mountGrid } from "./views/grid.js";
import { mountHeader } from "./views/header.js";
import { mountHeat } from "./views/heat.js";
import { mountInterior } from "./views/interior.js";
import { mountKeras } from "./views/keras.js";
import { mountLearning } from "./views/learning.js";
import { mountLegend } from "./views/legend.js";
import { mountMinimap } from "./views/minimap.js";
import { mountModel } from "./views/model.js";
import { mountNotices } from "./views/notices.js";
import { mountPanel } from "./views/panel.js";
import { mountPresets } from "./views/presets.js";
import { mountReach } from "./views/reach.js";
import { mountReadout } from "./views/readout.js";
import { mountReviews } from "./views/reviews.js";
import { mountScroll } from "./views/scroll.js";
import { mountTransport } from "./views/transport.js";
import { mountVocabulary } from "./views/vocabulary.js";
import { mountZoom } from "./views/zoom.js";
import { tables } from "./words.js";

const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Follows the system's theme, as long as the person has chosen none. */
function mountTheme(store) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => store.set({ dark: store.get().theme === "system" ? system.matches : store.get().theme === "dark" });
  return undoAll([listen(system, "change", apply), store.watch(({ theme }) => theme, apply)]);
}

/** The state that a page opens with. */
export function openStore() {
  const { scene } = tables;
  return createStore({
    ...DEFAULT_VIEW,
    scene, shown: { scene, id: null, trace: null }, problem: null, arriving: null, awaited: null, history: { past: [], future: [] },
    busy: false, away: false, playing: false, dark: false, hover: null, notice: null, terms: null, uses: null, contributions: false, chosen: null, pointed: null,
    viewport: { width: at("window").clientWidth, height: at("window").clientHeight },
  });
}

/** Mounts the page. Returns what takes it down again. */
export function mount(store) {
  const keys = /** @type {HTMLDialogElement} */ (at("keys"));
  const beside = calm(store);
  const showKeys = () => keys.showModal();

  return undoAll([
    mountAddressBar(store),
    mountTheme(store),
    mountHeader(at("header"), store),
    mountReviews(at("reviews"), store),
    mountVocabulary(at("vocabulary"), store),
    mountPresets(at("preset"), store),
    mountModel(at("model"), beside),
    mountLearning(at("learning"), store),
    mountKeras(at("keras"), store),
    mountGrid(at("window"), store),
    mountHeat(at("window"), store),
    mountScroll(at("window"), store),
    mountMinimap(at("minimap"), store),
    mountReadout(at("readout"), store),
    mountZoom(at("zoom"), store),
    mountLegend(at("legend"), store),
    mountPanel(at("panel"), beside),
    mountInterior(at("interior"), beside),
    mountTransport(at("transport"), store),
    mountReach(at("reach"), beside),
    mountNotices(at("notice"), store),
    mountTerms(beside),
    mountHighlight(store),
    mountKeyboard(store, showKeys),
    mountGridKeys(at("window"), store),
    mountKeysDialog(keys),
    listen(at("show-keys"), "click", showKeys),
    mountPlayer(store),
    mountRunner(store),
    mountConnection(store),
  ]);
}

/** Takes this page down again. */
export const unmount = mount(openStore());
