import { text } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { reachOf } from "./card.js";
import { qrAt } from "./requests.js";

/** The code for the last row: over everything, until Escape. */
export function mountLarge(root, /** @type {import("./room.js").Room} */ { store }) {
  const dialog = root.querySelector("#lecture-large");
  const find = (name) => dialog.querySelector(`[data-part=${name}]`);
  return undoAll([
    listen(root.querySelector("[data-part=large]"), "click", () => {
      const { code } = store.get();
      find("picture").src = qrAt(code);
      text(find("letters"), code);
      text(find("address"), reachOf(store.get()).replace(/^https?:\/\//, ""));
      dialog.showModal();
    }),
    store.watch(({ presence }) => presence.students, (students) => text(find("students"), String(students))),
  ]);
}
