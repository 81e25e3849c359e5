import { attrs, html, join, text } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { watchPage } from "./anew.js";

/** @import { Page } from "../page.js" */
/** @import { Room } from "./room.js" */

const FEW = 10; // names that a small class may leave behind by closing pages

/** What only the presenter sees: beside the picture, or in a window of its own, so that a projector shows none of it. */
export function mountPrivate(root, /** @type {Page} */ page, /** @type {Room} */ room) {
  const { store } = room;
  const panel = root.querySelector("[data-part=private]");
  const find = (name) => panel.querySelector(`[data-part=${name}]`);
  const [hands, lower, counts, now] = ["hands", "lower", "counts", "now"].map(find);
  const toggle = root.querySelector("[data-part=panel-toggle]");
  const alone = new URLSearchParams(location.search).has("panel");
  let open = alone;

  function draw() {
    const { role, begun, phase, presence: { students, exploring = 0, hands: raised = [], identities = 0 } } = store.get();
    panel.hidden = !open || role !== "presenter" || !begun;
    attrs(toggle, { "aria-pressed": String(open) });
    attrs(document.body, { "data-private": panel.hidden ? null : alone ? "alone" : "beside" });
    if (panel.hidden) return;
    text(counts, phase === "live" ? `${words("lecture.following", { count: students - exploring })} · ${words("lecture.exploring", { count: exploring })}` : "");
    find("many").hidden = identities <= Math.max(students, FEW);
    text(find("many"), words("lecture.identities", { count: identities }));
    join(hands, raised.map((name, i) => ({ name, i })), {
      key: ({ i }) => i, create: () => html("li", {}, html("bdi")), update: (node, { name }) => text(node.firstChild, name || words("lecture.nameless")),
    });
    find("none").hidden = raised.length > 0;
    lower.hidden = raised.length === 0;
  }

  return undoAll([
    listen(toggle, "click", () => {
      open = !open;
      draw();
    }),
    listen(find("close"), "click", () => {
      open = false;
      draw();
      toggle.focus();
    }),
    listen(find("window"), "click", () => {
      const query = new URLSearchParams(location.search);
      query.set("panel", "1");
      open = window.open(`${location.pathname}?${query}`, "unrolled-private", "popup,width=480,height=760") === null; // the browser may refuse it
      draw();
    }),
    listen(lower, "click", () => room.say("hands lowered", {})),
    store.watch((lecture) => lecture, draw),
    watchPage(page, "watch", ({ step, shown, detail, order }) => [step, shown, detail, order], () => {
      text(now, document.querySelector("#transport [data-part=say]")?.textContent ?? "");
    }),
    () => attrs(document.body, { "data-private": null }),
  ]);
}
