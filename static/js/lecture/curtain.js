import { attrs } from "../dom.js";

/** While the presenter has everybody look up, the picture is covered for all who follow; what it covers is out of reach, but for the lecture's own bar. */
export function mountCurtain(root, /** @type {import("./room.js").Room} */ room) {
  const curtain = root.querySelector("[data-part=curtain]");
  const covered = () => [...document.body.children].filter((node) => node !== root && !["DIALOG", "SCRIPT", "HEADER"].includes(node.tagName));
  return room.store.watch(({ blanked, mode, mine, begun, placed }) => [blanked && mode === "following" && mine === null, begun, placed], ([down]) => {
    curtain.hidden = !down;
    for (const node of covered()) attrs(node, { inert: down });
  });
}
