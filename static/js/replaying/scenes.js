import { loadScene } from "../lecture/scenes.js";
import { ProblemError, runScene } from "../server.js";
import { words } from "../words.js";

/** @import { Scene, Shown } from "../types.js" */

const KEPT = 24; // scenes, with their traces

/** Has the server compute a scene that the file holds: it may never have seen it, and knows it from then on. @returns {Promise<Shown>} */
async function computed(/** @type {Scene} */ scene, id) {
  let known = "";
  let whole = /** @type {Shown["trace"]} */ (null);
  await runScene(scene, (name, trace) => { [known, whole] = [name, trace]; }, new AbortController().signal);
  if (known !== id) throw new ProblemError({ type: "", title: "", status: 409, detail: words("replay.scene.differs") }); // to ask again would not help
  return { scene, id, trace: whole };
}

/** The scenes of a recording: from the file where it has them, else from the server; the last few are kept, and are the same objects again. */
export function createScenes(/** @type {Record<string, Scene>} */ scenes) {
  /** @type {Map<string, Promise<Shown>>} */
  const kept = new Map();
  return (/** @type {string} */ id) => {
    const found = kept.get(id) ?? (Object.hasOwn(scenes, id) ? computed(scenes[id], id) : loadScene(id));
    kept.delete(id);
    kept.set(id, found);
    found.catch(() => kept.delete(id));
    if (kept.size > KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
    return found;
  };
}
