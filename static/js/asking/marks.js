import { attrs, html } from "../dom.js";
import { boxIn } from "../layout.js";
import { watchPage } from "../lecture/anew.js";
import { shapeIn } from "../state.js";
import { undoAll } from "../store.js";
import { words } from "../words.js";
import { barsOf, cloudOf, isRight, votesOf } from "./counts.js";
import { choiceName, placeName } from "./labels.js";

/** @import { Page } from "../page.js" */
/** @import { State } from "../types.js" */
/** @import { Poll, Tied } from "../lecture/state.js" */

const SHOWN = 4; // bars beside a cell; the card has all of them

/** Does what is shown have this cell? */
function exists(/** @type {State} */ state, /** @type {Tied} */ { layer, timestep }) {
  const { layers, timesteps, outputs } = shapeIn(state);
  return layer === "output" ? outputs.includes(timestep) : Number(layer) <= layers.length && timestep <= timesteps;
}

/** The few bars that stand beside a cell: of numbers those that were right and those that were not. @returns {{name: string, votes: number, right: boolean | null}[]} */
function fewBars(/** @type {Poll} */ poll) {
  const { tally, answer } = /** @type {NonNullable<Poll["revealed"]>} */ (poll.revealed);
  if (poll.kind === "number" && answer !== null) {
    const right = votesOf(Object.fromEntries(Object.entries(tally).filter(([choice]) => isRight(poll, choice, answer))));
    return [{ name: words("asking.marks.right"), votes: right, right: true }, { name: words("asking.marks.wrong"), votes: votesOf(tally) - right, right: false }];
  }
  if (poll.kind === "words") return cloudOf(tally).slice(0, SHOWN).map(({ word, votes }) => ({ name: word, votes, right: null }));
  return barsOf(poll, tally, { answer }).slice(0, SHOWN).map(({ choice, votes, right }) => ({ name: choice === null ? words("asking.others") : choiceName(poll, choice), votes, right }));
}

/** A question mark while it is open; afterwards what was answered, as bars with their counts; the right one has a sign as well. */
function createMark(/** @type {Poll} */ poll) {
  const place = placeName(/** @type {Tied} */ (poll.cell));
  if (!poll.revealed) return html("div", { class: "poll-mark asked", role: "img", "aria-label": words("asking.marks.asked", { place }) }, "?");
  const bars = fewBars(poll);
  const all = Math.max(1, ...bars.map(({ votes }) => votes));
  const said = bars.map(({ name, votes, right }) => words(right ? "asking.marks.bar.right" : "asking.marks.bar", { name, votes }));
  return html("div", { class: "poll-mark", role: "img", "aria-label": words("asking.marks.told", { place, answers: new Intl.ListFormat(document.documentElement.lang).format(said) }) },
    bars.map(({ name, votes, right }) => html("span", { class: right ? "right" : null }, html("i", { style: `inline-size: ${34 * (votes / all)}px` }), html("b", {}, String(votes)), html("bdi", {}, `${name}${right ? " ✓" : ""}`))));
}

/**
 * What a class answered, painted on the grid at the cell that it was asked about: of the questions that are open, and of the last one.
 *
 * @param {Page} page
 * @param {{get: () => {polls: Poll[], scene: string | null}, watch: (select: any, draw: any) => () => void}} store
 * @param {(poll: string) => string | null} [askedIn] the scene in which a question was asked; without it, the one that was shown when it was first heard of
 */
export function mountMarks(page, store, askedIn) {
  const root = html("div", { class: "poll-marks" });
  const asked = new Map(); // in which scene each question was asked, as far as this page has seen
  let drawn = null;

  function place(/** @type {Poll[]} */ tied) {
    const state = /** @type {State} */ (page.store.get());
    [...root.children].forEach((node, i) => {
      const { x, y, width } = boxIn(state, /** @type {any} */ (tied[i].cell));
      attrs(node, { style: `inset-inline-start: ${Math.round(x + width / 2)}px; top: ${Math.round(y)}px` });
    });
  }

  function draw() {
    const { polls, scene } = store.get();
    const state = /** @type {State} */ (page.store.get());
    for (const { poll } of polls) if (!asked.has(poll)) asked.set(poll, askedIn ? askedIn(poll) : scene);
    const last = polls.at(-1);
    const tied = polls.filter((poll) => poll.cell && (poll.open || (poll === last && poll.revealed)) && asked.get(poll.poll) === state.shown.id && exists(state, poll.cell));
    const window = document.getElementById("window");
    if (root.parentElement !== window) window?.append(root); // the page may have begun anew
    root.hidden = tied.length === 0 || state.folded;
    if (drawn === null || drawn.length !== tied.length || drawn.some((poll, i) => poll !== tied[i])) root.replaceChildren(...tied.map(createMark));
    drawn = tied;
    place(tied);
  }

  return undoAll([
    store.watch(({ polls, scene }) => [polls, scene], draw),
    watchPage(page, "watch", ({ shown, step, zoom, viewport, projector, folded }) => [shown, step, zoom, viewport, projector, folded], draw),
    () => root.remove(),
  ]);
}
