import { attrs, switchOff, text } from "../dom.js";
import { setField } from "../fields.js";
import { writeLink } from "../link.js";
import { packScene } from "../packing.js";
import { needsUpload } from "../recipe.js";
import { travel } from "../runner.js";
import { listen, undoAll } from "../store.js";
import { inLecture, plainAddress } from "../whereabouts.js";
import { tables, words } from "../words.js";

const THEMES = ["system", "light", "dark"];

const linkTo = (store) => plainAddress() + writeLink(store.get());

/** Shows the link, with a sentence about it, ready to be copied by hand. */
async function showLink(store, dialog, sentence) {
  const { scene } = store.get().shown;
  await packScene(scene);
  const field = dialog.querySelector("textarea");
  field.value = linkTo(store);
  text(dialog.querySelector("p"), sentence);
  dialog.querySelector("[data-part=needs]").hidden = !needsUpload(scene, tables.datasets);
  dialog.querySelector("[data-part=send]").hidden = !("share" in navigator);
  if (!dialog.open) dialog.showModal();
  field.select();
  field.scrollTop = 0; // selecting leaves its end in sight
}

/** Copies the link; where the browser gives no clipboard, shows it to be copied by hand. */
async function copyLink(store, dialog) {
  try {
    await packScene(store.get().shown.scene);
    await navigator.clipboard.writeText(linkTo(store));
    dialog.close();
    store.set({ notice: { kind: "good", text: words("notice.copied") } });
  } catch {
    showLink(store, dialog, words("link.text"));
  }
}

/** Hands the link to whatever the device sends links with; who changes their mind has lost nothing. */
const send = (store) => navigator.share({ title: document.title, url: linkTo(store) }).catch(() => {});

/** The server writes the page in another language; scene and view go there in the link, a lecture has them. */
function speak(store, language) {
  const state = store.get();
  const query = new URLSearchParams(location.search);
  query.set("language", language);
  location.href = `?${query}${inLecture() ? "" : state.shown.trace ? writeLink(state) : location.hash}`;
}

/** Undo and redo, the language, the link, how formulas are written and how the page looks. */
export function mountHeader(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [undo, redo, copy, notation, theme, projector, menu] = ["undo", "redo", "copy", "notation", "theme", "projector", "menu"].map(find);
  const late = ["training", "gradients"].map((name) => /** @type {HTMLElement} */ (document.getElementById(name)));
  const views = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("nav [data-view]")); // small screens show the second
  const skip = /** @type {HTMLAnchorElement} */ (document.querySelector(".skip"));
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("link"));
  const side = document.getElementById("side");
  const languages = [root, side].map((place) => place.querySelector("[data-part=language]")); // small screens show the second

  return undoAll([
    listen(undo, "click", () => travel(store, -1)),
    listen(redo, "click", () => travel(store, 1)),
    ...languages.map((select) => listen(select, "change", () => {
      speak(store, select.value);
      select.value = document.documentElement.lang; // of this page, should the person come back to it
    })),
    store.watch(({ away }) => away, (away) => languages.forEach((select) => { select.disabled = away; })),
    listen(copy, "click", () => copyLink(store, dialog)),
    ...[...document.querySelectorAll("[data-opens=link]")].map((button) => listen(button, "click", () => showLink(store, dialog, words("share.text")))),
    listen(dialog.querySelector("[data-part=take]"), "click", () => copyLink(store, dialog)),
    listen(dialog.querySelector("[data-part=send]"), "click", () => send(store)),
    listen(notation, "change", () => store.set({ notation: notation.value })),
    listen(theme, "click", () => store.set({ theme: THEMES[(THEMES.indexOf(store.get().theme) + 1) % THEMES.length] })),
    listen(projector, "click", () => store.set({ projector: !store.get().projector })),
    listen(menu, "click", () => {
      const open = side.classList.toggle("open");
      attrs(menu, { "aria-expanded": String(open) });
    }),
    store.watch(({ history: { past, future } }) => [past.length, future.length], ([past, future]) => {
      switchOff(undo, past === 0);
      switchOff(redo, future === 0);
    }),
    store.watch(({ view }) => view, (view) => {
      attrs(document.body, { "data-view": view });
      skip.href = view === "gradients" ? "#gradients" : "#window";
      for (const part of late) part.hidden = part.id !== view;
      for (const link of views) attrs(link, { "aria-current": link.dataset.view === view ? "page" : null });
    }),
    store.watch(({ notation: name }) => name, (name) => setField(notation, name)),
    store.watch(({ theme: name, dark, projector: large }) => [name, dark, large], ([name, dark, large]) => {
      attrs(document.documentElement, { "data-theme": dark ? "dark" : "light", "data-profile": large ? "projector" : null });
      attrs(theme, { "aria-label": words(`theme.${name}`), title: words(`theme.${name}`) });
      text(theme, { system: "◐", light: "☀", dark: "☾" }[name]);
      attrs(projector, { "aria-pressed": String(large) });
    }),
  ]);
}
