import { mountAddressBar } from "./address-bar.js";
import { calm } from "./calm.js";
import { mountConnection } from "./connection.js";
import { mountHighlight } from "./highlight.js";
import { mountGridKeys, mountKeyboard, mountKeysDialog, mountOff } from "./keyboard.js";
import { mountFollow } from "./follow.js";
import { bringPart, mountLate, mountOnPress, styles } from "./late.js";
import { heatIn, overflowsIn } from "./layout.js";
import { openPage } from "./page.js";
import { mountPlayer } from "./player.js";
import { mountRunner } from "./runner.js";
import { stepIn } from "./state.js";
import { mountScrolling } from "./scrolling.js";
import { listen, undoAll } from "./store.js";
import { mountTabs } from "./tabs.js";
import { mountTerms } from "./terms-loader.js";
import { mountTheme } from "./theme.js";
import { mountGrid } from "./views/grid.js";
import { mountHeader } from "./views/header.js";
import { mountLearning } from "./views/learning.js";
import { mountLegend } from "./views/legend.js";
import { mountModel } from "./views/model.js";
import { mountNotices } from "./views/notices.js";
import { mountPanel } from "./views/panel.js";
import { mountPresets } from "./views/presets.js";
import { mountReviews } from "./views/reviews.js";
import { mountScroll } from "./views/scroll.js";
import { mountTransport } from "./views/transport.js";
import { mountVocabulary } from "./views/vocabulary.js";

const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The picture of a store in its window: a drawing or a heat map, where it stands, and what is read of the cell that is pointed at. */
const mountPicture = (window, store) => undoAll([
  mountGrid(window, store),
  mountLate(store, heatIn, () => Promise.all([import("./views/heat.js"), import("./views/readout.js"), styles("heat")]),
    ([{ mountHeat }, { mountReadout }]) => undoAll([mountHeat(window, store), mountReadout(window, store)])),
  mountScroll(window, store),
]);

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
    mountLate(store, ({ folded }) => folded, () => import("./views/fold.js"), ({ mountFold }) => mountFold(at("window"), store)),
    mountLate(store, (state) => heatIn(state) || state.zoom !== 1 || overflowsIn(state),
      () => Promise.all([import("./views/minimap.js"), import("./views/zoom.js"), styles("heat")]),
      ([{ mountMinimap }, { mountZoom }]) => undoAll([mountMinimap(at("minimap"), store), mountZoom(at("zoom"), store)])),
    mountLate(store, ({ view }) => view === "compare", () => Promise.all([import("./views/compare.js"), bringPart(at("compare"), "compare")]), ([{ mountCompare }]) => mountCompare(at("compare"), store, mountPicture)),
    mountLate(store, ({ view }) => view === "gradients", () => Promise.all([import("./views/gradients.js"), bringPart(at("gradients"), "gradients"), styles("gradients")]),
      ([{ mountGradients }]) => mountGradients(at("gradients"), store)),
    mountLate(store, ({ view }) => view === "training", () => Promise.all([import("./views/training.js"), bringPart(at("training"), "training"), styles("training")]),
      ([{ mountTraining }]) => mountTraining(at("training"), store)),
    mountLegend(at("legend"), store),
    mountLate(store, ({ kept }) => kept.length > 0, () => Promise.all([import("./views/kept.js"), styles("kept")]), ([{ mountKept }]) => mountKept(at("legend"), beside)),
    mountPanel(at("panel"), beside),
    mountTabs(at("panel"), store),
    mountLate(store, ({ tab }) => tab === "layer", () => import("./views/layer.js"), ({ mountLayer }) => mountLayer(at("panel-layer"), beside)),
    mountLate(store, ({ tab }) => tab === "gradient", () => import("./views/gradient.js"), ({ mountGradient }) => mountGradient(at("panel-gradient"), beside)),
    mountLate(store, ({ tab }) => tab === "code", () => import("./views/code.js"), ({ mountCode }) => mountCode(at("panel-code"), store)),
    mountFollow(at("panel"), store),
    mountLate(store, ({ step, pinned }) => step > 0 || pinned !== null, () => Promise.all([import("./views/interior.js"), styles("interior")]),
      ([{ mountInterior }]) => mountInterior(at("interior"), beside)),
    mountLate(store, (state) => stepIn(state).phase === "update", () => Promise.all([import("./views/rule.js"), bringPart(at("rule"), "rule"), styles("rule")]),
      ([{ mountRule }]) => mountRule(at("rule"), beside)),
    mountTransport(at("transport"), store),
    mountOnPress(store, "#predict", () => Promise.all([import("./views/predict.js"), bringPart(at("question"), "predict")]), ([{ mountPredict }]) => mountPredict(at("question"), at("predict"), store)),
    mountLate(store, ({ step }) => step > 0, () => import("./views/reach.js"), ({ mountReach }) => mountReach(at("reach"), beside)),
    mountOnPress(store, "[data-opens=export]", () => Promise.all([import("./views/export.js"), bringPart(at("export"), "export"), styles("export")]), ([{ mountExport }]) => mountExport(at("export"), store, mountGrid)),
    mountNotices(at("notice"), store),
    mountTerms(beside),
    mountHighlight(store),
    mountLate(store, ({ base }) => base !== null, () => import("./changes.js"), ({ mountChanges }) => mountChanges(store)),
    mountKeyboard(store, () => keys.showModal()),
    mountGridKeys(at("window"), store),
    mountKeysDialog(keys),
    mountOff(),
    listen(at("show-keys"), "click", () => keys.showModal()),
    mountScrolling(store),
    mountPlayer(store),
    mountRunner(store),
    mountConnection(store),
  ]);
}

export { openStore } from "./opening.js";

/** Takes this page down again. */
export const { unmount } = openPage(mount);
