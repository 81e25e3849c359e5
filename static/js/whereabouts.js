const LECTURE = ["join", "present", "panel", "replay"]; // what makes an address one of a lecture

/** Is this a page of a lecture? Then its scene and view stand in the lecture's log, and not in the address. */
export function inLecture() {
  const query = new URLSearchParams(location.search);
  return LECTURE.some((name) => query.has(name));
}

/** This page's address without its lecture and its fragment: what a link to a scene begins with. */
export function plainAddress() {
  const address = new URL(location.href);
  for (const name of LECTURE) address.searchParams.delete(name);
  address.hash = "";
  return address.href;
}
