import { OURS, SERVERS, attrs, html, mark, switchOff, text } from "../dom.js";
import { choiceName } from "../asking/labels.js";
import { final } from "../events.js";
import { mountCommands } from "../keyboard.js";
import { ProblemError } from "../server.js";
import { listen, undoAll } from "../store.js";
import { createTurns } from "../turns.js";
import { words } from "../words.js";
import { mountEditor } from "./editor.js";
import { openPlanning } from "./planning.js";
import { titleOf } from "./plan.js";
import { getLecturePlan, putLecturePlan } from "./requests.js";
import { goTo } from "./stand.js";

/** @import { Page } from "../page.js" */
/** @import { Room } from "../lecture/room.js" */

const SHOWN_NEXT = 3;
const PAUSE = 800; // ms between two copies on the server

/** What stands in the private panel of the step that is shown: its notes, its question, and what comes next. */
function createNotes(root, { back, next, ask }) {
  const [title, notes, asked, fault] = ["h4", "p", "p", "p"].map((tag) => html(tag));
  const upcoming = html("ol");
  const [backwards, forwards, asking] = ["plan.back", "plan.next", "plan.ask"].map((key) => html("button", { type: "button" }, words(key)));
  attrs(fault, { class: "fault", role: "alert", hidden: true });
  attrs(notes, { class: "notes", dir: "auto" });
  const question = html("div", { class: "prepared" }, asked, asking);
  root.replaceChildren(html("section", { class: "plan-notes", "aria-label": words("plan.notes") },
    html("h3", {}, words("plan.notes")), html("p", { class: "acts" }, backwards, forwards), fault, title, notes, question, html("h4", { class: "muted" }, words("plan.upcoming")), upcoming));
  backwards.addEventListener("click", back);
  forwards.addEventListener("click", next);
  asking.addEventListener("click", ask);
  return {
    refuse: (sentence, language = SERVERS) => mark(fault, sentence, language),
    draw({ plan, at }, leads) {
      const step = at === null ? null : plan.steps[at];
      root.hidden = plan.steps.length === 0;
      text(title, step ? words("plan.at", { number: at + 1, count: plan.steps.length, title: titleOf(step) }) : words("plan.before"));
      text(notes, step?.notes ?? "");
      notes.hidden = !step?.notes;
      question.hidden = !step?.question;
      if (step?.question) {
        const { question: { answer } } = step;
        text(asked, answer === null ? step.question.text : words("plan.asked", { question: step.question.text, answer: choiceName(step.question, answer) }));
      }
      const from = at === null ? 0 : at + 1;
      upcoming.replaceChildren(...plan.steps.slice(from, from + SHOWN_NEXT).map((each, i) => html("li", { value: from + i + 1 }, titleOf(each))));
      upcoming.previousElementSibling?.toggleAttribute("hidden", from >= plan.steps.length);
      switchOff(backwards, !leads || !at);
      switchOff(forwards, !leads || from >= plan.steps.length);
      switchOff(asking, !leads);
    },
  };
}

/**
 * The plan of a lecture in the presenter's panel: forward and back keys walk it, and the class follows, because the page does.
 *
 * @param {{notes: HTMLElement, plan: HTMLElement}} slots
 * @param {Page} page
 * @param {Room} room
 * @param {{ask: (draft: any) => Promise<void>}} asker
 */
export function mountPlan(slots, page, room, asker) {
  const { code } = room.store.get();
  const planning = openPlanning(code);
  const { store } = planning;
  const leads = () => room.leads() && room.store.get().phase === "live";
  const isGone = () => room.store.get().phase === "deleted";
  const notes = createNotes(slots.notes, { back: () => walk(-1), next: () => walk(1), ask });
  const details = html("details", { class: "plan-editor" }, html("summary", {}, words("plan.edit")), ...slots.plan.childNodes);
  slots.plan.replaceChildren(details);
  const editor = mountEditor(details, page, planning, stand);
  let known = /** @type {string | null} */ (null); // what the server has

  async function stand(at) {
    const step = store.get().plan.steps[at];
    if (!step || !leads()) return;
    store.set({ at });
    notes.refuse(null);
    try {
      await goTo(page.store, step);
    } catch (error) {
      notes.refuse(error instanceof ProblemError ? error.message : words("notice.away"), error instanceof ProblemError ? SERVERS : OURS);
    }
  }

  function walk(by) {
    const { at } = store.get();
    stand(at === null ? 0 : at + by);
  }

  async function ask() {
    const { plan, at } = store.get();
    const question = at === null ? null : plan.steps[at].question;
    if (!question || !leads()) return;
    try {
      await asker.ask(question);
    } catch (error) {
      notes.refuse(error instanceof ProblemError ? error.message : words("notice.away"), error instanceof ProblemError ? SERVERS : OURS);
    }
  }

  const turns = createTurns(async () => {
    const { plan } = store.get();
    if (JSON.stringify(plan) === known || isGone()) return;
    try {
      await putLecturePlan(code, plan);
      known = JSON.stringify(plan);
    } catch (error) {
      if (final(error)) editor.refuse(error.message); // else it goes with the next change, and stays here
    }
  }, () => PAUSE);

  /** The server's plan is that of every device; where it has none yet it gets this browser's. */
  async function begin() {
    if (isGone()) return;
    try {
      const plan = await getLecturePlan(code);
      known = JSON.stringify(plan);
      if (plan.steps.length && known !== JSON.stringify(store.get().plan)) store.set({ plan });
    } catch {
      // this browser's is as good as any
    }
    turns.ask();
  }

  begin();
  return undoAll([
    planning.takeDown,
    editor.takeDown,
    turns.stop,
    mountCommands({ planNext: () => walk(1), planBack: () => walk(-1) }),
    store.ask(({ plan }) => plan, () => known !== null && turns.ask()),
    store.watch(({ plan, at }) => [plan, at], () => notes.draw(store.get(), leads())),
    room.store.watch(({ mine, phase }) => [mine, phase], () => notes.draw(store.get(), leads())),
  ]);
}
