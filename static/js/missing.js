/** The page for what is not found: a link whose # was written as %23 on its way becomes the link that it was. */

const ENCODED_HASH = /%23/i;
const WHOLLY_ENCODED = /^\w+%3D/i;

/** The part behind the # as it was: where its first = is encoded too, all of it was encoded once more. */
function decoded(fragment) {
  if (!WHOLLY_ENCODED.test(fragment)) return fragment;
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** The address that was meant, on the same site; null where the path has no # to give back. */
export function mended(/** @type {string} */ href) {
  const url = new URL(href);
  const at = url.pathname.search(ENCODED_HASH);
  if (at < 0) return null;
  const fragment = decoded(url.pathname.slice(at + 3) + url.search + url.hash);
  url.pathname = url.pathname.slice(0, at);
  url.search = "";
  url.hash = fragment;
  return url.href;
}

const link = globalThis.location && mended(location.href);
if (link) location.replace(link);
