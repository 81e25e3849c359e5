import { OURS, mark, text } from "../dom.js";
import { kerasCode } from "../keras.js";
import { missingInPyTorch, pytorchCode } from "../pytorch.js";
import { getSummary } from "../server.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";

/** @import { Scene } from "../types.js" */

/** Copies a program; where the browser gives no clipboard, it is selected to be copied by hand. */
async function copy(store, code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    store.set({ notice: { kind: "good", text: words("keras.copied") } });
  } catch {
    getSelection()?.selectAllChildren(code);
  }
}

/** The programs of the present network in Keras and in PyTorch, and Keras's summary of it, which the engine writes. */
export function mountCode(root, store) {
  const [keras, pytorch, summary] = ["#keras", "#pytorch", "#summary"].map((id) => root.querySelector(id));
  const codeOf = (section) => section.querySelector("pre");
  const none = pytorch.querySelector(".note");

  function draw(/** @type {Scene} */ scene) {
    const missing = missingInPyTorch(scene);
    text(codeOf(keras), kerasCode(scene, tables.gates));
    codeOf(pytorch).hidden = pytorch.querySelector("button").hidden = missing !== null;
    mark(none, missing && words("pytorch.none", missing), OURS);
    if (!missing) text(codeOf(pytorch), pytorchCode(scene, tables.gates));
  }

  /** The engine's own table; where the server is away the last one stays. */
  async function summarize(id) {
    const table = await getSummary(id).catch(() => null);
    if (table !== null && store.get().shown.id === id) text(codeOf(summary), table);
  }

  return undoAll([
    ...[keras, pytorch].map((section) => listen(section.querySelector("button"), "click", () => copy(store, codeOf(section)))),
    store.watch(({ scene }) => scene, draw),
    store.watch(({ shown, away, tab }) => (away || tab !== "code" || shown.transient ? null : shown.id), (id) => id && summarize(id)),
  ]);
}
