import { mark, text } from "../dom.js";
import { kerasCode } from "../keras.js";
import { missingInPyTorch, pytorchCode } from "../pytorch.js";
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
    mark(none, missing && words("pytorch.none", missing));
    if (!missing) text(codeOf(pytorch), pytorchCode(scene, tables.gates));
  }

  return undoAll([
    ...[keras, pytorch].map((section) => listen(section.querySelector("button"), "click", () => copy(store, codeOf(section)))),
    store.watch(({ scene }) => scene, draw),
    store.watch(({ shown }) => shown.trace, (trace) => text(codeOf(summary), trace?.layout.summary ?? "")),
  ]);
}
