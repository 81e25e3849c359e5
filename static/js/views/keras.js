import { text } from "../dom.js";
import { kerasCode } from "../keras.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** The scene's network as Keras code, to be copied; where the browser gives no clipboard, it is selected to be copied by hand. */
export function mountKeras(root, store) {
  const code = root.querySelector("pre");

  async function copy() {
    try {
      await navigator.clipboard.writeText(code.textContent);
      store.set({ notice: { kind: "good", text: words("keras.copied") } });
    } catch {
      getSelection().selectAllChildren(code);
    }
  }

  return undoAll([
    listen(root.querySelector("button"), "click", copy),
    store.watch(({ scene }) => scene, (scene) => text(code, kerasCode(scene))),
  ]);
}
