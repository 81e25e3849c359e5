import { html } from "./dom.js";
import { getPart } from "./server.js";
import { listen } from "./store.js";
import { tables } from "./words.js";

const sheets = {};
const parts = {};

/** Brings a style sheet, once, before that of sizes, which has the last word; where the server is away, it is asked for again the next time. */
export const styles = (name) => (sheets[name] ??= new Promise((done, fail) => {
  const link = html("link", { rel: "stylesheet", href: new URL(`../css/${name}.css`, import.meta.url).href });
  document.querySelector("link[href*=sizes]")?.before(Object.assign(link, { onload: done, onerror() {
    link.remove();
    delete sheets[name];
    fail();
  } }));
}));

/** A part of the page whose modules are brought when it is first wanted, and mounted then. */
function createLate(store, bring, mount) {
  let asked = null;
  let unmount = null;
  let down = false;

  return {
    /** Brings it, once; where the server is away, it is asked for again the next time. */
    async want() {
      try {
        asked ??= bring();
        const brought = await asked;
        if (down || unmount) return;
        for (const each of [brought].flat()) if (typeof each === "function") each();
        unmount = mount(brought);
      } catch {
        asked = null;
        store.set({ away: true });
      }
    },
    takeDown() {
      down = true;
      unmount?.();
    },
  };
}

/** Brings a part's words into the table, and what puts its elements into their place: just before it is mounted, for until then a press on them would be lost. */
export async function bringPart(/** @type {HTMLElement} */ root, name) {
  const part = await (parts[name] ??= getPart(name).catch((error) => {
    delete parts[name];
    throw error;
  }));
  Object.assign(tables.words, part.words);
  return () => root.replaceChildren(document.createRange().createContextualFragment(part.html));
}

/** Mounts a part as soon as the state asks for it, and the server is there to bring it. */
export function mountLate(store, wanted, bring, mount) {
  const late = createLate(store, bring, mount);
  const unwatch = store.watch((state) => wanted(state) && !state.away, (now) => now && late.want());
  return () => {
    unwatch();
    late.takeDown();
  };
}

/** Mounts a part when one of its buttons is pressed for the first time; the press then does what the part makes of it. */
export function mountOnPress(store, selector, bring, mount) {
  const late = createLate(store, bring, mount);
  const unlisten = listen(document, "click", async (event) => {
    const button = event.target.closest?.(selector);
    if (!button) return;
    unlisten();
    event.preventDefault();
    await late.want();
    button.click();
  });
  return () => {
    unlisten();
    late.takeDown();
  };
}
