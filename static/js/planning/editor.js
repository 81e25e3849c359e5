import { OURS, SERVERS, attrs, html, join, mark, switchOff, text } from "../dom.js";
import { save } from "../export/save.js";
import { createComposer } from "../asking/composer.js";
import { watchPage } from "../lecture/anew.js";
import { setField } from "../fields.js";
import { isScene } from "../scene-schema.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { added, changed, moved, movedIndex, readPlan, removed, titleOf, writePlan } from "./plan.js";
import { limits } from "./planning.js";
import { getPlan, getPlans } from "./requests.js";
import { stepOf } from "./stand.js";

/** @import { Page } from "../page.js" */
/** @import { Step } from "./plan.js" */
/** @import { OpenPlanning } from "./planning.js" */

/** The buttons of a step in the list. */
const ACTS = [["up", "↑", "plan.step.up"], ["down", "↓", "plan.step.down"], ["remove", "×", "plan.step.remove"]];

function createStep() {
  const go = html("button", { type: "button", class: "stop", "data-act": "go" }, html("span", { class: "number" }), html("bdi"), html("span", { class: "has", role: "img" }));
  return html("li", {}, go, html("span", { class: "acts" }, ACTS.map(([act, sign]) => html("button", { type: "button", class: "small", "data-act": act }, sign))));
}

function drawStep(node, { step, i, here, last }) {
  const [go, acts] = node.children;
  const title = titleOf(step);
  text(go.children[0], `${i + 1}.`);
  text(go.children[1], title);
  text(go.children[2], step.question ? "?" : "");
  attrs(go.children[2], { "aria-label": step.question ? words("plan.step.asks") : null, title: step.question ? words("plan.step.asks") : null, hidden: !step.question });
  attrs(go, { "aria-current": here ? "step" : null });
  ACTS.forEach(([act, , key], at) => {
    const name = words(key, { title });
    attrs(acts.children[at], { "aria-label": name, title: name });
    switchOff(acts.children[at], (act === "up" && i === 0) || (act === "down" && last));
  });
}

/** A file's name for a plan: its title, as far as file names go. */
const fileOf = (title) => `${title.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 40) || "plan"}.json`;

/**
 * The editor of a plan: its steps in their order, and what the chosen one shows, says and asks.
 *
 * @param {HTMLElement} root
 * @param {Page} page
 * @param {OpenPlanning} planning
 * @param {(at: number) => void} goTo shows a step
 */
export function mountEditor(root, page, planning, goTo) {
  const { store, change } = planning;
  const find = (name) => /** @type {any} */ (root.querySelector(`[data-part=${name}]`));
  const [title, add, undo, file, out, shipped, use, fault, said, list, chosen] =
    ["title", "add", "undo", "bring", "export", "shipped", "use", "fault", "said", "steps", "chosen"].map(find);
  const [name, notes, replace, asks, drop] = ["step-title", "notes", "replace", "asks", "drop"].map(find);
  const composer = createComposer(find("composer"), () => {
    const { pinned, unit } = page.store.get();
    return pinned && pinned.timestep > 0 ? { layer: pinned.layer, timestep: pinned.timestep, unit } : null;
  });
  let written = /** @type {Step | null} */ (null); // whose fields these are
  let where = /** @type {number | null} */ (null);

  const tell = (sentence) => {
    fault.hidden = true;
    text(said, sentence);
  };
  const refuse = (sentence, language = OURS) => {
    text(said, "");
    mark(fault, sentence, language);
  };

  function draw() {
    const { plan, at, past } = store.get();
    setField(title, plan.title);
    switchOff(undo, past.length === 0);
    switchOff(out, plan.steps.length === 0);
    switchOff(add, plan.steps.length >= limits().steps);
    if (chosen.parentElement !== root && [...list.children].indexOf(chosen.parentElement) >= plan.steps.length) list.after(chosen); // its step is gone
    join(list, plan.steps.map((step, i) => ({ step, i, here: i === at, last: i === plan.steps.length - 1 })), {
      key: ({ i }) => i, create: createStep, update: drawStep, signature: ({ step, here, last }) => [step, here, last],
    });
    const step = at === null ? null : (plan.steps[at] ?? null);
    chosen.hidden = step === null;
    if (step === null || at === null) return;
    if (chosen.parentElement !== list.children[at]) list.children[at].append(chosen);
    text(chosen.querySelector("h3"), words("plan.step", { number: at + 1 }));
    setField(name, step.title);
    setField(notes, step.notes);
    if (written === null || step.question !== written.question) composer.write(step.question);
    asks.open = step.question !== null || (asks.open && where === at);
    where = at;
    drop.hidden = step.question === null;
    written = step;
  }

  /** Changes the chosen step. */
  const put = (patch) => {
    const { plan, at } = store.get();
    if (at !== null) change(changed(plan, at, patch));
  };

  function move(i, by) {
    const { plan, at } = store.get();
    const to = Math.max(0, Math.min(plan.steps.length - 1, i + by));
    change(moved(plan, i, by), movedIndex(at, i, to));
    draw();
    list.children[to]?.querySelector(`[data-act=${by < 0 ? "up" : "down"}]`)?.focus(); // the step's own button, where it stands now
  }

  function remove(i) {
    const { plan, at } = store.get();
    change(removed(plan, i), at === null || at < i ? at : at === i ? null : at - 1);
    tell(words("plan.removed", { title: titleOf(plan.steps[i]) }));
    draw();
    (list.children[Math.min(i, plan.steps.length - 2)]?.querySelector("[data-act=remove]") ?? add).focus();
  }

  function act({ target }) {
    const button = target.closest("[data-act]");
    const i = [...list.children].indexOf(button?.closest("li"));
    if (i < 0 || button.getAttribute("aria-disabled")) return;
    ({ go: () => goTo(i), up: () => move(i, -1), down: () => move(i, 1), remove: () => remove(i) })[button.dataset.act]();
  }

  function addStep() {
    const { plan, at } = store.get();
    const state = page.store.get();
    if (!state.shown.trace && !state.problem) return;
    change(added(plan, stepOf(state), at), at === null ? plan.steps.length : at + 1);
    tell(words("plan.added", { number: (store.get().at ?? 0) + 1 }));
    draw();
    name.focus();
  }

  /** A plan that comes from somewhere else takes the place of this one, which can be undone. */
  function open(text) {
    const read = readPlan(text, limits(), isScene);
    if ("fault" in read) return refuse(words(`plan.fault.${read.fault}`, read.values));
    change(read.plan, null);
    tell(words("plan.opened", { title: read.plan.title || words("plan.untitled"), count: read.plan.steps.length }));
  }

  async function importFile() {
    const [chosenFile] = file.files;
    file.value = ""; // the same file can be chosen again
    if (!chosenFile) return;
    if (chosenFile.size > limits().bytes) return refuse(words("plan.fault.large", { max: limits().bytes / 1024 }));
    open(await chosenFile.text());
  }

  async function offer() {
    try {
      const { plans } = await getPlans();
      shipped.replaceChildren(...plans.map(({ name: value, title: label, steps }) => html("option", { value }, words("plan.shipped.one", { title: label, count: steps }))));
      shipped.disabled = false;
    } catch {
      shipped.disabled = true;
    }
  }

  async function useShipped() {
    if (!shipped.value) await offer();
    if (!shipped.value) return refuse(words("notice.away"));
    try {
      open(JSON.stringify(await getPlan(shipped.value)));
    } catch (error) {
      refuse(error.message, SERVERS);
    }
  }

  offer();
  return {
    /** Says what the server said of the plan. */
    refuse: (detail) => refuse(detail, SERVERS),
    takeDown: undoAll([
      composer.takeDown,
      listen(title, "change", () => change({ ...store.get().plan, title: title.value.trim() })),
      listen(add, "click", addStep),
      listen(undo, "click", () => {
        planning.undo();
        tell(words("plan.undone"));
      }),
      listen(out, "click", () => {
        const { plan } = store.get();
        if (!plan.steps.length) return;
        save(new Blob([writePlan(plan)], { type: "application/json" }), fileOf(plan.title));
        tell(words("plan.saved", { name: fileOf(plan.title) }));
      }),
      listen(file, "change", importFile),
      listen(use, "click", useShipped),
      listen(list, "click", act),
      listen(list, "keydown", (event) => {
        const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
        const i = [...list.children].indexOf(event.target.closest("li"));
        if (!by || i < 0) return;
        event.preventDefault();
        move(i, by);
      }),
      listen(name, "change", () => put({ title: name.value.trim() })),
      listen(notes, "change", () => put({ notes: notes.value })),
      listen(replace, "click", () => {
        const { scene, view } = stepOf(page.store.get());
        put({ scene, view });
        tell(words("plan.replaced"));
      }),
      listen(find("keep"), "click", () => {
        const question = composer.read();
        if (!question) return;
        put({ question });
        tell(words("plan.question.kept"));
      }),
      listen(drop, "click", () => {
        put({ question: null });
        asks.open = false;
        tell(words("plan.question.dropped"));
      }),
      store.watch(({ plan, at, past }) => [plan, at, past], draw),
      watchPage(page, "watch", ({ pinned, unit }) => [pinned, unit], composer.drawCell),
    ]),
  };
}
