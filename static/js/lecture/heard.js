import { text } from "../dom.js";
import { words } from "../words.js";

/** What changes about one's part in the lecture is read out, once, and nothing else: the sentence of the page says the rest. */
export function mountHeard(root, /** @type {import("./room.js").Room} */ { store }) {
  const heard = root.querySelector("[data-part=heard]");

  function saidOf({ phase, link, held, mode, mine, blanked, frozen }) {
    if (phase === "ended") return words("lecture.ended");
    if (phase !== "live") return "";
    if (link !== "live") return words(mine !== null ? "lecture.paused.presenter" : "lecture.paused");
    if (held) return words("lecture.held");
    if (mine !== null) return "";
    if (mode === "exploring") return words("lecture.heard.exploring");
    if (blanked) return words("lecture.blanked");
    return words(frozen ? "lecture.frozen" : "lecture.heard.following");
  }

  return store.watch(saidOf, (said) => text(heard, said));
}
