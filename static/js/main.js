import { mountAddressBar } from "./address-bar.js";
import { mountChanges } from "./changes.js";
import { mountConnection } from "./connection.js";
import { mountHighlight } from "./highlight.js";
import { mountGridKeys, mountKeyboard, mountKeysDialog } from "./keyboard.js";
import { mountFollow } from "./follow.js";
import { DEFAULT_VIEW } from "./link.js";
import { mountPlayer } from "./player.js";
import { mountRunner } from "./runner.js";
import { createStore, listen, undoAll } from "./store.js";
import { mountTabs } from "./tabs.js";
import { mountTerms } from "./terms-loader.js";
import { mountCode } from "./views/code.js";
import { mountCompare } from "./views/compare.js";
import { mountGradient } from "./views/gradient.js";
import { mountExport } from "./views/export.js";
import { mountGrid } from "./views/grid.js";
import { mountHeader } from "./views/header.js";
import { mountInterior } from "./views/interior.js";
import { mountLayer } from "./views/layer.js";
import { mountLearning } from "./views/learning.js";
import { mountLegend } from "./views/legend.js";
import { mountModel } from "./views/model.js";
import { mountNotices } from "./views/notices.js";
import { mountPanel } from "./views/panel.js";
import { mountPredict } from "./views/predict.js";
import { mountPresets } from "./views/presets.js";
import { mountReach } from "./views/reach.js";
import { mountReviews } from "./views/reviews.js";
import { mountTransport } from "./views/transport.js";
import { mountVocabulary } from "./views/vocabulary.js";
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
    busy: false, away: false, playing: false, dark: false, hover: null, notice: null, terms: null, uses: null, contributions: false, chosen: null,
    trail: [], base: null, difference: false, weightTerms: null,
    predict: false, question: null, answered: null, score: { right: 0, asked: 0 }, other: null, otherProblem: null, otherViewport: { width: 0, height: 0 },
    viewport: { width: at("window").clientWidth, height: at("window").clientHeight },
  });
}

/** Mounts the page. Returns what takes it down again. */
export function mount(store) {
  const keys = /** @type {HTMLDialogElement} */ (at("keys"));
  const showKeys = () => keys.showModal();

  return undoAll([
    mountAddressBar(store),
    mountTheme(store),
    mountHeader(at("header"), store),
    mountReviews(at("reviews"), store),
    mountVocabulary(at("vocabulary"), store),
    mountPresets(at("preset"), store),
    mountModel(at("model"), store),
    mountLearning(at("learning"), store),
    mountGrid(at("window"), store),
    mountCompare(at("compare"), store, mountGrid),
    mountLegend(at("legend"), store),
    mountPanel(at("panel"), store),
    mountTabs(at("panel"), store),
    mountLayer(at("panel-layer"), store),
    mountGradient(at("panel-gradient"), store),
    mountCode(at("panel-code"), store),
    mountFollow(at("panel"), store),
    mountInterior(at("interior"), store),
    mountTransport(at("transport"), store),
    mountPredict(at("question"), at("predict"), store),
    mountReach(at("reach"), store),
    mountExport(at("export"), store, mountGrid),
    mountNotices(at("notice"), store),
    mountTerms(store),
    mountHighlight(store),
    mountChanges(store),
    mountKeyboard(store, showKeys),
    mountGridKeys(at("window")),
    mountKeysDialog(keys),
    listen(at("show-keys"), "click", showKeys),
    mountPlayer(store),
    mountRunner(store),
    mountConnection(store),
  ]);
}

/** Takes this page down again. */
export const unmount = mount(openStore());
