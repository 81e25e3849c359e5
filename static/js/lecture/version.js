const script = /** @type {HTMLScriptElement} */ (document.querySelector("script[type=module]"));

/** The version of the engine that this page came with. */
export const ownVersion = new URL(script.src, location.href).searchParams.get("v") ?? "";

const TRIED = "unrolled.reloadedFor";

/** Loads the page again for a server of another version: once for each, so that two servers that differ never make it a loop. Says whether it does. */
export function renew(version) {
  try {
    if (sessionStorage.getItem(TRIED) === version) return false;
    sessionStorage.setItem(TRIED, version);
  } catch {
    return false; // where nothing is remembered, nothing could end a loop
  }
  location.reload();
  return true;
}
