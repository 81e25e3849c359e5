import { mountAddressBar } from "./address-bar.js";
import { calm } from "./calm.js";
import { mountChanges } from "./changes.js";
import { mountConnection } from "./connection.js";
import { mountHighlight } from "./highlight.js";
import { mountGridKeys, mountKeyboard, mountKeysDialog } from "./keyboard.js";
import { mountFollow } from "./follow.js";
import { openStore } from "./opening.js";
import { mountPlayer } from "./player.js";
import { mountRunner } from "./runner.js";
import { listen, undoAll } from "./store.js";
import { mountTabs } from "./tabs.js";
import { mountTerms } from "./terms-loader.js";
import { mountTheme } from "./theme.js";
import { mountCode } from "./views/code.js";
import { mountCompare } from "./views/compare.js";
import { mountFold } from "./views/fold.js";
import { mountGradient } from "./views/gradient.js";
import { mountExport } from "./views/export.js";
import { mountGrid } from "./views/grid.js";
import { mountHeader } from "./views/header.js";
import { mountHeat } from "./views/heat.js";
import { mountInterior } from "./views/interior.js";
import { mountLayer } from "./views/layer.js";
import { mountLearning } from "./views/learning.js";
import { mountLegend } from "./views/legend.js";
import { mountMinimap } from "./views/minimap.js";
import { mountModel } from "./views/model.js";
import { mountNotices } from "./views/notices.js";
import { mountPanel } from "./views/panel.js";
import { mountPredict } from "./views/predict.js";
import { mountPresets } from "./views/presets.js";
import { mountReach } from "./views/reach.js";
import { mountReadout } from "./views/readout.js";
import { mountReviews } from "./views/reviews.js";
import { mountScroll } from "./views/scroll.js";
import { mountTransport } from "./views/transport.js";
import { mountVocabulary } from "./views/vocabulary.js";
import { mountZoom } from "./views/zoom.js";

const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The picture of a store in its window: a drawing or a heat map, where it stands, and what is read of the cell that is pointed at. */
const mountPicture = (window, store) => undoAll([mountGrid, mountHeat, mountScroll, mountReadout].map((mount) => mount(window, store)));

/** Mounts the page. Returns what takes it down again. */
export function mount(store) {
  const keys = /** @type {HTMLDialogElement} */ (at("keys"));
  const beside = calm(store);

  return undoAll([
    mountAddressBar(store),
    mountTheme(store),
    mountHeader(at("header"), store),
    mountReviews(at("reviews"), store),
    mountVocabulary(at("vocabulary"), store),
    mountPresets(at("preset"), store),
    mountModel(at("model"), beside),
    mountLearning(at("learning"), store),
    mountPicture(at("window"), store),
    mountFold(at("window"), at("fold"), store),
    mountMinimap(at("minimap"), store),
    mountZoom(at("zoom"), store),
    mountCompare(at("compare"), store, mountPicture),
    mountLegend(at("legend"), store),
    mountPanel(at("panel"), beside),
    mountTabs(at("panel"), store),
    mountLayer(at("panel-layer"), beside),
    mountGradient(at("panel-gradient"), beside),
    mountCode(at("panel-code"), store),
    mountFollow(at("panel"), store),
    mountInterior(at("interior"), beside),
    mountTransport(at("transport"), store),
    mountPredict(at("question"), at("predict"), store),
    mountReach(at("reach"), beside),
    mountExport(at("export"), store, mountGrid),
    mountNotices(at("notice"), store),
    mountTerms(beside),
    mountHighlight(store),
    mountChanges(store),
    mountKeyboard(store, () => keys.showModal()),
    mountGridKeys(at("window"), store),
    mountKeysDialog(keys),
    listen(at("show-keys"), "click", () => keys.showModal()),
    mountPlayer(store),
    mountRunner(store),
    mountConnection(store),
  ]);
}

export { openStore };

/** Takes this page down again. */
export const unmount = mount(openStore());
