import { attrs, html } from "../dom.js";
import { ProblemError } from "../server.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { mountEditor } from "./editor.js";
import { openPlanning } from "./planning.js";
import { goTo } from "./stand.js";

/** @import { Page } from "../page.js" */

/** Where a lecture is prepared before there is one: beside the page, which shows each step and can be changed meanwhile. `root` holds the editor's elements. */
export function mountDesk(/** @type {HTMLElement} */ root, /** @type {Page} */ page) {
  const planning = openPlanning();
  const close = html("button", { type: "button", class: "small", "aria-label": words("plan.close"), title: words("plan.close") }, "×");
  root.prepend(html("div", { class: "head" }, html("h2", {}, words("plan")), close));
  attrs(root, { "aria-label": words("plan") });
  document.body.append(root);
  let opener = /** @type {HTMLElement | null} */ (null);

  const editor = mountEditor(root, page, planning, async (at) => {
    planning.store.set({ at });
    try {
      await goTo(page.store, planning.store.get().plan.steps[at]);
    } catch (error) {
      if (error instanceof ProblemError) editor.refuse(error.message);
      else page.store.set({ away: true });
    }
  });

  function open(button) {
    opener = button;
    root.hidden = false;
    /** @type {HTMLElement} */ (root.querySelector("[data-part=add]")).focus();
  }

  return undoAll([
    planning.takeDown,
    editor.takeDown,
    listen(document, "click", ({ target }) => {
      const button = target.closest?.("[data-opens=plan]");
      if (button) open(button);
    }),
    listen(close, "click", () => {
      root.hidden = true;
      opener?.focus();
    }),
    () => root.remove(),
  ]);
}
