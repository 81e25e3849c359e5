import { text } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { readCode } from "./code.js";

/** Before the lecture is here, and where there is none of this code: what is the matter, and the way to another one. */
export function mountDoor(root, /** @type {import("./room.js").Room} */ { store }) {
  const door = root.querySelector("[data-part=door]");
  const form = door.querySelector("form");
  const [said, fault] = ["said", "fault"].map((name) => door.querySelector(`[data-part=${name}]`));
  const field = form.querySelector("input");

  function draw({ phase, code, link, refused, begun }) {
    const unknown = phase === "unknown" || phase === "deleted";
    door.hidden = begun;
    form.hidden = !unknown;
    text(said, unknown ? words(code ? "lecture.unknown" : code === "" ? "lecture.code.ask" : "lecture.code.wrong", { code }) : refused ? refused : link === "lost" ? words("lecture.door.away") : words("lecture.door.waiting", { code }));
    if (unknown && document.activeElement === document.body) field.focus();
  }

  return undoAll([
    listen(form, "submit", (event) => {
      event.preventDefault();
      const code = readCode(field.value);
      fault.hidden = code !== null;
      if (!code) return text(fault, words("lecture.code.wrong"));
      const query = new URLSearchParams(location.search);
      query.set("join", code);
      location.search = String(query);
    }),
    store.watch((lecture) => lecture, draw),
  ]);
}
