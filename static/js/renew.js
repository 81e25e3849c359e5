const TRIED = "unrolled.reloadedFor";

/** Loads the page again for a server of another version: once for each, so that servers that differ never make it a loop. Says whether it does. */
export function renew(version) {
  try {
    const tried = JSON.parse(sessionStorage.getItem(TRIED) ?? "[]");
    if (tried.includes(version)) return false;
    sessionStorage.setItem(TRIED, JSON.stringify([...tried, version]));
  } catch {
    return false; // where nothing is remembered, nothing could end a loop
  }
  location.reload();
  return true;
}
