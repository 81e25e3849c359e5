import { OURS, attrs, html, join, mark, switchOff, text } from "../dom.js";
import { watchPage } from "../lecture/anew.js";
import { lookup } from "../lookup.js";
import { ProblemError } from "../server.js";
import { timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { votesOf } from "./counts.js";
import { normalAnswer } from "./answers.js";
import { createComposer } from "./composer.js";
import { askedOf, draftsAt } from "./drafts.js";
import { choiceName, placeName } from "./labels.js";
import { createMemory } from "./memory.js";
import { createDistribution, say, votesText } from "./pictures.js";
import { resultsAt } from "./requests.js";

/** @import { Page } from "../page.js" */
/** @import { Room } from "../lecture/room.js" */
/** @import { Poll } from "../lecture/state.js" */
/** @import { Draft } from "./drafts.js" */
/** @import { State } from "../types.js" */

const ID_BYTES = 6;
const newPoll = () => [...crypto.getRandomValues(new Uint8Array(ID_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Opens, closes and reveals. The answer stays in this browser until it is revealed. */
export function createAsker(/** @type {Room} */ room) {
  const memory = createMemory(`unrolled.asked/${room.store.get().code}`);
  return {
    answerOf: (poll) => memory.get(poll) ?? { answer: null, why: "" },
    /** One question at a time: what is still open is closed first. */
    async ask(/** @type {Draft} */ draft) {
      const poll = newPoll();
      for (const open of room.store.get().polls.filter((each) => each.open)) await room.command("poll closed", { poll: open.poll });
      memory.set(poll, { answer: draft.answer, why: draft.why });
      await room.command("poll opened", { poll, ...askedOf(draft) });
    },
    close: (poll) => room.command("poll closed", { poll }),
    reveal: (poll, { answer, why }) => room.command("poll revealed", { poll, answer, why }),
  };
}

/** Where the right answer is chosen, or typed; it may also be left open. */
function answerField(/** @type {Poll} */ poll) {
  if (!poll.choices.length) return html("input", { autocomplete: "off", dir: "auto" });
  const choices = poll.choices.map((choice) => html("option", { value: choice }, choiceName(poll, choice)));
  return html("select", {}, html("option", { value: "" }, words("asking.reveal.none")), choices);
}

/** What the presenter sees of the question that is asked now, and does with it. */
function createPresent(/** @type {ReturnType<typeof createAsker>} */ asker, run) {
  const [title, about, votes, known] = ["h4", "p", "p", "p"].map((tag) => html(tag, { class: tag === "h4" ? null : "muted" }));
  const distribution = createDistribution();
  const why = html("input", { "aria-label": words("asking.reveal.why"), autocomplete: "off", dir: "auto" });
  const place = html("label", {}, html("span", {}, words("asking.reveal.answer")));
  const fault = html("p", { class: "fault", role: "alert", hidden: true });
  const edited = html("details", {}, html("summary", {}, words("asking.reveal.edit")), place, html("label", {}, html("span", {}, words("asking.reveal.why")), why), fault);
  let answer = html("input");
  const close = html("button", { type: "button" }, words("asking.close"));
  const reveal = html("button", { type: "button", class: "primary" }, words("asking.reveal"));
  const root = html("article", { "aria-label": words("asking.now"), class: "present" }, title, about, votes, html("p", { class: "acts" }, close, reveal), distribution.root, known, edited);
  let poll = /** @type {Poll | null} */ (null);

  close.addEventListener("click", () => poll && run(() => asker.close(/** @type {Poll} */ (poll).poll)));
  reveal.addEventListener("click", () => {
    if (!poll) return;
    const { poll: name } = poll;
    const right = answer.value.trim() ? normalAnswer(poll, answer.value) : null;
    mark(fault, answer.value.trim() && right === null ? words("asking.own.answer.none") : null, OURS);
    edited.open ||= !fault.hidden; // what is wrong stands in there
    if (fault.hidden) run(() => asker.reveal(name, { answer: right, why: why.value.trim() }));
  });

  /** Another question: its answer as this browser remembers it. */
  function begin(/** @type {Poll} */ next) {
    const said = asker.answerOf(next.poll);
    answer = answerField(next);
    place.replaceChildren(place.firstElementChild ?? "", answer);
    [answer.value, why.value] = [said.answer ?? "", said.why];
    text(title, next.text);
    say(about, next.cell ? words("asking.about", { place: placeName(next.cell) }) : null);
  }

  return {
    root,
    draw(/** @type {Poll} */ next, tally) {
      if (poll?.poll !== next.poll) begin(next);
      poll = next;
      const { answer: right = null } = next.revealed ?? { answer: asker.answerOf(next.poll).answer };
      const counted = next.revealed?.tally ?? tally?.tally ?? {};
      text(votes, `${votesText(next.revealed?.votes ?? tally?.votes ?? 0)} ${words(next.open ? "asking.state.open" : next.revealed ? "asking.state.revealed" : "asking.state.closed")}`);
      if (votesOf(counted)) distribution.draw(next, counted, { answer: right, own: null });
      else distribution.hide();
      say(known, right === null || next.revealed ? null : words("asking.known", { answer: choiceName(next, right) }));
      [close.hidden, reveal.hidden, edited.hidden] = [!next.open, next.revealed !== null, next.revealed !== null];
    },
  };
}

/** The questions of the presenter's panel: what is asked now with its answers as they come, what could be asked, and what was. */
export function mountPresenter(root, /** @type {Page} */ page, /** @type {Room} */ room, asker) {
  const { store } = room;
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [place, fault, engine, own, earlier, results, known] = ["present", "fault", "engine", "own", "earlier", "results", "known"].map(find);
  const [offered, own_form] = [engine.elements.offered, own.querySelector("form")];
  const stateNow = () => /** @type {State} */ (page.store.get());
  let drafts = /** @type {Draft[]} */ ([]);
  let busy = false;

  const cellNow = () => {
    const { pinned, unit } = stateNow();
    return pinned && pinned.timestep > 0 ? { layer: pinned.layer, timestep: pinned.timestep, unit } : null;
  };
  const composer = createComposer(own_form, cellNow);

  /** Does one thing at a time, and says what came of it where it went wrong. */
  async function run(act, refuse = (detail) => mark(fault, detail)) {
    if (busy) return;
    busy = true;
    fault.hidden = true;
    try {
      await act();
    } catch (error) {
      refuse(error instanceof ProblemError ? error.message : words("notice.away"));
    }
    busy = false;
  }

  const present = createPresent(asker, run);

  function drawEngine() {
    const state = stateNow();
    const chosen = offered.selectedIndex;
    drafts = state.shown.trace ? draftsAt(state, state.step + 1) : [];
    offered.replaceChildren(...drafts.map(({ text: asked }, i) => html("option", { value: i }, asked)));
    if (chosen >= 0 && chosen < drafts.length) offered.selectedIndex = chosen;
    offered.disabled = drafts.length === 0;
    switchOff(engine.querySelector("button"), drafts.length === 0);
    drawKnown();
    composer.drawCell();
  }

  function drawKnown() {
    const draft = drafts[offered.selectedIndex];
    text(known, draft ? words("asking.known", { answer: choiceName(draft, draft.answer) }) : words(stateNow().step < timelineIn(stateNow()).last ? "asking.engine.none" : "asking.engine.end"));
  }

  function drawEarlier(/** @type {Poll[]} */ polls) {
    earlier.hidden = polls.length === 0;
    join(earlier.querySelector("ol"), polls, {
      key: ({ poll }) => poll,
      create: () => Object.assign(html("li"), { distribution: createDistribution() }),
      signature: ({ poll, revealed }) => [revealed, lookup(store.get().tallies, poll)],
      update(node, poll) {
        node.replaceChildren(html("p", { dir: "auto" }, poll.text), node.distribution.root);
        const { tally, answer } = poll.revealed ?? { tally: lookup(store.get().tallies, poll.poll)?.tally ?? {}, answer: null };
        node.distribution.draw(poll, tally, { answer, own: null });
      },
    });
  }

  function draw() {
    const { polls, tallies, mine, phase } = store.get();
    const last = polls.at(-1);
    if (last) present.draw(last, lookup(tallies, last.poll));
    if (last && !present.root.isConnected) place.append(present.root);
    drawEarlier(polls.slice(0, -1).reverse());
    for (const form of [engine, own_form]) form.inert = mine === null || phase !== "live";
    attrs(present.root, { inert: mine === null || phase !== "live" });
    attrs(results, { href: resultsAt(store.get().code) });
    results.parentElement.hidden = polls.length === 0;
  }

  return undoAll([
    composer.takeDown,
    listen(offered, "change", drawKnown),
    listen(engine, "submit", (event) => {
      event.preventDefault();
      const draft = drafts[offered.selectedIndex];
      if (draft) run(() => asker.ask(draft));
    }),
    listen(own_form, "submit", (event) => {
      event.preventDefault();
      const draft = composer.read();
      if (draft) run(async () => {
        await asker.ask(draft);
        composer.write(null);
        own.open = false;
      }, composer.refuse);
    }),
    store.watch(({ polls, tallies, mine, phase }) => [polls, tallies, mine, phase], draw),
    watchPage(page, "watch", ({ shown, step, detail, order, notation, pinned, unit }) => [shown, step, detail, order, notation, pinned, unit], drawEngine),
  ]);
}
