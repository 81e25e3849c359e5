import { attrs, html, join, mark, text } from "../dom.js";
import { PRINT, printable } from "../export/drawing.js";
import { filmType, legible } from "../export/film.js";
import { MAKERS, figures, sizeOf } from "../export/makers.js";
import { fileName } from "../export/names.js";
import { OFFERS, reasonAgainst } from "../export/offers.js";
import { save } from "../export/save.js";
import { grouped } from "../format.js";
import { once } from "../memo.js";
import { writeLink } from "../link.js";
import { packScene } from "../packing.js";
import { ProblemError, worksheetAt } from "../server.js";
import { shapeIn, timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { quoted, tables, words } from "../words.js";

/** @import { State } from "../types.js" */
/** @import { Offer } from "../export/offers.js" */

/** Counts inside a sentence, with their thousands apart. */
const withThousands = (values = {}) => Object.fromEntries(Object.entries(values).map(([name, count]) => [name, grouped(count)]));

/** A button, or where a page is opened a link, with its note. */
function createOffer(/** @type {Offer} */ { kind, name }) {
  const control = kind === "paper" ? html("a", { target: "_blank" }) : html("button", { type: "button" });
  const note = `export-${kind}`;
  return html("li", {}, attrs(text(control, words(name)), { "data-kind": kind, "aria-describedby": note, class: "offered" }), html("span", { id: note }));
}

/** Draws an offer: what it gives, or why it cannot be had. */
function drawOffer(item, /** @type {Offer} */ offer, { state, size, busy }) {
  const [control, note] = item.children;
  const can = { shape: shapeIn(state), film: filmType() !== undefined, legible: legible(size), picture: printable(size), paper: tables.limits.worksheet.max };
  const [reason, values] = reasonAgainst(state, offer, can) ?? [];
  const scale = offer.kind === "png" ? PRINT : 1;
  const open = reason === undefined && !busy;
  attrs(control, { "aria-disabled": open ? null : "true" });
  if (offer.kind === "paper") attrs(control, { href: open ? worksheetAt(state.shown.id) : null, role: open ? null : "link", tabindex: open ? null : 0 });
  text(note, reason ? words(reason, withThousands(values)) : words(offer.note, figures(state, { width: size.width * scale, height: size.height * scale })));
  attrs(note, { class: reason ? "why" : null });
}

/** Why an export went wrong, for a student. */
function explained(error, /** @type {Offer} */ { needs }) {
  if (error instanceof ProblemError) return error.message;
  return words(needs.includes("server") ? "export.failed.away" : "export.failed.here");
}

/** The parts of the dialog that speak. */
function partsOf(root) {
  const [what, offers, link, fault, said, progress] = ["what", "offers", "link", "fault", "said", "job"].map((name) => root.querySelector(`[data-part=${name}]`));
  const [bar, percent, cancel] = progress.children;
  return {
    what, offers, link, progress, cancel,
    /** Says how it went: well, or what was wrong. */
    tell(good, bad = null) {
      text(said, good);
      mark(fault, bad);
    },
    tellShare(name, share) {
      bar.value = share;
      text(percent, words("export.making", { name, percent: Math.round(share * 100) }));
    },
  };
}

/** Copies the link; where the browser gives no clipboard, shows it to be copied by hand. */
async function copyLink({ link, tell }, state) {
  await packScene(state.shown.scene);
  const address = new URL(writeLink(state), location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    tell(words("notice.copied"));
  } catch {
    link.hidden = false;
    link.value = address;
    link.select();
    tell(words("link.text"));
  }
}

/** Makes one file at a time and saves it; `changed` is called when one begins and when it ends. */
function createWorkshop({ tell, tellShare }, mountGrid, changed) {
  let job = null;
  return {
    busy: () => job !== null,
    stop: () => job?.abort(),
    async make(/** @type {Offer} */ offer, /** @type {State} */ state) {
      const { signal } = (job = new AbortController());
      const name = words(offer.name);
      const progress = (share) => tellShare(name, share);
      tell("");
      progress(0);
      changed();
      try {
        const blob = await MAKERS[offer.kind](state, { mountGrid, signal, progress });
        signal.throwIfAborted();
        const file = fileName(state.shown.scene.sentence, offer.extension, offer.stepped ? `step-${state.step}` : "");
        save(blob, file);
        tell(words("export.made", { name: file }));
      } catch (error) {
        if (signal.aborted) tell(words("export.cancelled"));
        else tell("", words("export.failed", { name, reason: explained(error, offer) }));
      }
      job = null;
      changed();
    },
  };
}

/** The dialog that hands out the scene: as pictures, film, tables, files and paper. `mountGrid` draws what pictures show. */
export function mountExport(root, store, mountGrid) {
  const parts = partsOf(root);
  const { what, offers, link, progress, cancel, tell } = parts;
  const workshop = createWorkshop(parts, mountGrid, draw);
  const sizeNow = once((..._) => sizeOf(mountGrid, store.get())); // a large grid is not drawn to be measured twice

  function draw() {
    if (!root.open) return;
    const state = store.get();
    const { shown, scene, step, viewport, projector } = state;
    const drawn = { state, size: sizeNow(shown, step, viewport, projector), busy: workshop.busy() };
    text(what, words(shown.scene === scene ? "export.what" : "export.stale", { words: quoted(shown.scene.sentence), step, steps: timelineIn(state).last }));
    join(offers, OFFERS, { key: ({ kind }) => kind, create: createOffer, update: (item, offer) => drawOffer(item, offer, drawn) });
    progress.hidden = !workshop.busy();
  }

  function choose({ target }) {
    const control = target.closest("[data-kind]");
    const offer = OFFERS.find(({ kind }) => kind === control?.dataset.kind);
    if (!offer || control.getAttribute("aria-disabled")) return;
    if (offer.kind === "link") copyLink(parts, store.get());
    else if (offer.kind !== "paper") workshop.make(offer, store.get());
  }

  function open() {
    store.set({ playing: false });
    link.hidden = true;
    tell("");
    root.showModal();
    draw();
  }

  return undoAll([
    ...Array.from(document.querySelectorAll("[data-opens=export]"), (button) => listen(button, "click", open)),
    listen(offers, "click", choose),
    listen(cancel, "click", workshop.stop),
    listen(root, "close", workshop.stop),
    store.watch(({ shown, scene, step, away, dark, viewport }) => [shown, scene, step, away, dark, viewport], draw),
    workshop.stop,
  ]);
}
