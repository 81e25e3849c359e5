import { html, text } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { isOver } from "./log.js";
import { qrAt } from "./requests.js";

const COMMAND = "python3 scripts/serve.py --lan";

/** How others join: the address, or that there is none. */
export function reachOf(/** @type {import("./room.js").Lecture} */ { address, code }) {
  return address ?? new URL(`join/${code}`, new URL(".", location.href)).href;
}

/** After the start: code, QR code and address, in the panel beside the grid, until a person closes it. */
export function mountCard(root, /** @type {import("./room.js").Room} */ { store }) {
  const card = root.querySelector("[data-part=card]");
  const find = (name) => card.querySelector(`[data-part=${name}]`);
  const picture = html("img", { alt: words("lecture.qr"), class: "qr" });
  find("picture").append(picture);
  let open = store.get().fresh === true;
  if (open) document.getElementById("panel")?.prepend(card);

  function draw(/** @type {import("./room.js").Lecture} */ lecture) {
    const { code, address, mine } = lecture;
    card.hidden = !open || mine === null || isOver(lecture);
    if (card.hidden) return;
    if (!picture.hasAttribute("src")) picture.src = qrAt(code);
    text(find("letters"), code);
    text(find("address"), reachOf(lecture));
    find("address").href = reachOf(lecture);
    find("alone").hidden = address !== null;
    text(find("alone").querySelector("code"), COMMAND);
  }

  return undoAll([
    listen(find("close"), "click", () => {
      open = false;
      draw(store.get());
      root.querySelector("[data-part=large]").focus(); // what was pressed is gone
    }),
    store.watch((lecture) => lecture, draw),
    () => card.remove(),
  ]);
}
