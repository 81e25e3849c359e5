import { listen } from "./store.js";

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
        const modules = await asked;
        if (!down) unmount ??= mount(modules);
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

/** A style sheet that only a late part needs; the one of sizes keeps the last word. */
export function bringStyle(name) {
  const href = `static/css/${name}.css`;
  if (document.querySelector(`link[href="${href}"]`)) return null;
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.querySelector("link[href*=sizes]")?.before(sheet);
  return new Promise((done, fail) => {
    sheet.addEventListener("load", done);
    sheet.addEventListener("error", () => {
      sheet.remove();
      fail();
    });
  });
}

/** Mounts a part as soon as the state asks for it. */
export function mountLate(store, wanted, bring, mount) {
  const late = createLate(store, bring, mount);
  const unwatch = store.watch(wanted, (now) => now && late.want());
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
