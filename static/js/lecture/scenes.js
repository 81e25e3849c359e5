import { answered, getScene } from "../server.js";
import { readTrace } from "../stream.js";
import { ownVersion } from "./version.js";

/** @import { Shown } from "../types.js" */

const KEPT = 4; // scenes, with their traces: a large one has megabytes

/** @type {Map<string, Promise<Shown>>} */
const kept = new Map();

/** The whole trace of a scene that the server knows: of one version of the engine, so that whatever stands between may keep it. */
async function getTrace(id) {
  const response = await answered(await fetch(`api/traces/${id}?engine=${encodeURIComponent(ownVersion)}`));
  let whole = null;
  await readTrace(/** @type {ReadableStream<Uint8Array>} */ (response.body), (trace) => { whole = trace; });
  return whole;
}

async function fetchShown(id) {
  const [scene, trace] = await Promise.all([getScene(id), getTrace(id)]);
  return { scene, id, trace };
}

/** A scene with all of its trace; the last few are kept, and are the same objects again. @returns {Promise<Shown>} */
export function loadScene(id) {
  const found = kept.get(id) ?? fetchShown(id);
  kept.delete(id);
  kept.set(id, found); // the newest last
  found.catch(() => kept.delete(id));
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return found;
}
