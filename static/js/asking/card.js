import { attrs, html, text } from "../dom.js";
import { lookup } from "../lookup.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { createItem } from "./item.js";

/** @import { Poll } from "../lecture/state.js" */
/** @import { Vote } from "./ballot.js" */

/**
 * Who answers on this page, if anybody.
 * @typedef {{cast: (poll: string, choice: string) => void, of: (poll: string) => Vote | null, own: (poll: string) => string | null}} Voter
 */

/** Those that are open, and the last one while nobody has put it away. */
function shownOf(/** @type {Poll[]} */ polls, dismissed) {
  const last = polls.at(-1);
  return polls.filter((poll) => poll.open || (poll === last && !dismissed.has(poll.poll)));
}

/** What is read out, once, when a question comes or changes. */
function newsOf(/** @type {Poll | undefined} */ last, seen) {
  if (!last) return null;
  const state = last.open ? "open" : last.revealed ? "revealed" : "closed";
  if (seen === `${last.poll} ${state}`) return null;
  return { seen: `${last.poll} ${state}`, text: words(`asking.heard.${state}`, { question: last.text }) };
}

/**
 * The class's card: what is asked now, over whatever the page shows.
 *
 * @param {HTMLElement} root
 * @param {{store: {get: () => {polls: Poll[], tallies: Record<string, {votes: number}>}, watch: (select: any, draw: any) => () => void}, voter: Voter | null}} of
 */
export function mountCard(root, { store, voter }) {
  const list = html("div", { class: "polls" });
  const fold = html("button", { type: "button", class: "small", "aria-expanded": "true" });
  const heard = html("p", { class: "hidden", "aria-live": "polite" });
  const card = html("section", { class: "poll-card", "aria-label": words("asking.card"), hidden: true }, html("div", { class: "top" }, html("h2", {}, words("asking.card")), fold), list);
  root.append(card, heard);
  const dismissed = new Set();
  /** @type {Map<string, ReturnType<typeof createItem>>} */
  const items = new Map();
  const before = store.get().polls.at(-1);
  let seen = before?.open ? null : newsOf(before, null)?.seen; // what was over before this page came is no news
  let past = false; // is all that is shown over, and the lecture somewhere else?

  function dismiss(name) {
    dismissed.add(name);
    draw();
    /** @type {HTMLElement | null} */ (document.querySelector("#window [role=gridcell][tabindex='0']"))?.focus({ preventScroll: true });
  }

  function itemOf(/** @type {Poll} */ poll) {
    const cast = voter && ((choice) => voter.cast(poll.poll, choice));
    const item = items.get(poll.poll) ?? createItem(poll, { cast, dismiss: () => dismiss(poll.poll) });
    items.set(poll.poll, item);
    return item;
  }

  function draw() {
    const { polls, tallies } = store.get();
    const shown = shownOf(polls, dismissed);
    card.hidden = shown.length === 0;
    for (const [name, item] of items) {
      if (shown.some(({ poll }) => poll === name)) continue;
      item.root.remove();
      items.delete(name);
    }
    for (const poll of shown) {
      const item = itemOf(poll);
      if (!item.root.isConnected) list.prepend(item.root); // the newest first
      item.draw(poll, { votes: poll.revealed?.votes ?? lookup(tallies, poll.poll)?.votes ?? null, vote: voter?.of(poll.poll) ?? null, own: voter?.own(poll.poll) ?? null });
    }
    const gone = shown.every((poll) => poll.past);
    if (gone && !past) setFolded(true); // what is over makes room
    past = gone;
    const news = newsOf(polls.at(-1), seen);
    if (!news) return;
    seen = news.seen;
    requestAnimationFrame(() => text(heard, news.text)); // what is there when its place appears is not read out
    setFolded(false);
  }

  function setFolded(folded) {
    list.hidden = folded;
    attrs(fold, { "aria-expanded": String(!folded), "aria-label": words(folded ? "asking.unfold" : "asking.fold"), title: words(folded ? "asking.unfold" : "asking.fold") });
    text(fold, folded ? "▴" : "▾");
  }

  setFolded(false);
  return {
    draw,
    takeDown: undoAll([
      () => card.remove(),
      () => heard.remove(),
      listen(fold, "click", () => setFolded(!list.hidden)),
      store.watch(({ polls, tallies }) => [polls, tallies], draw),
    ]),
  };
}
