/** @import { Scene } from "./types.js" */

const MOST = 64 * 1024; // bytes of a scene: what unpacks to more is none

/** @type {WeakMap<Scene, string>} */
const packed = new WeakMap();

const streamed = (bytes, stream) => new Blob([bytes]).stream().pipeThrough(stream);
const base64url = (bytes) => btoa(String.fromCodePoint(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Makes a scene ready for a link: deflated, as base64url. A browser that cannot leaves it as it is. */
export async function packScene(/** @type {Scene} */ scene) {
  if (packed.has(scene) || !("CompressionStream" in globalThis)) return;
  const stream = streamed(JSON.stringify(scene), new CompressionStream("deflate-raw"));
  packed.set(scene, base64url(new Uint8Array(await new Response(stream).arrayBuffer())));
}

/** The scene for a link, if it is ready. */
export const packedScene = (/** @type {Scene} */ scene) => packed.get(scene);

/** The text of a scene that was packed; null where it is none, or too long to be one. @returns {Promise<string | null>} */
export async function unpackScene(/** @type {string} */ text) {
  try {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let [unpacked, size] = ["", 0];
    for await (const piece of streamed(bytes, new DecompressionStream("deflate-raw"))) {
      size += piece.length;
      if (size > MOST) return null;
      unpacked += decoder.decode(piece, { stream: true });
    }
    return unpacked + decoder.decode();
  } catch {
    return null;
  }
}
