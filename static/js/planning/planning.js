import { isScene } from "../scene-schema.js";
import { createStore, listen, undoAll } from "../store.js";
import { tables } from "../words.js";
import { EMPTY_PLAN, readPlan, writePlan } from "./plan.js";

/** @import { Plan } from "./plan.js" */
/** A plan, the step of it that is shown, and the plans before it. @typedef {{plan: Plan, at: number | null, past: Plan[]}} Planning */

const KEPT = "unrolled.plan";
const MOST_UNDONE = 50;

/** What a plan may be, as everybody is told. */
export const limits = () => ({ steps: tables.limits.plan_steps.max, bytes: tables.limits.plan_bytes.max });

/** What this browser keeps under a name; null where there is nothing, or nothing that can be read. @returns {{plan: Plan, at: number | null} | null} */
function kept(name) {
  try {
    const { text, at } = JSON.parse(localStorage.getItem(name) ?? "null") ?? {};
    const read = readPlan(text ?? "", limits(), isScene);
    return "plan" in read ? { plan: read.plan, at: Number.isInteger(at) && at < read.plan.steps.length ? at : null } : null;
  } catch {
    return null;
  }
}

/**
 * The plan of this browser, or of a lecture in it: kept through reloads, and the same in every window.
 * @param {string} [code] of the lecture; a lecture that has no plan yet begins with the browser's
 */
export function openPlanning(code) {
  const name = code ? `${KEPT}/${code}` : KEPT;
  const store = createStore(/** @type {Planning} */ ({ plan: EMPTY_PLAN, at: null, past: [], ...(kept(name) ?? (code ? { ...kept(KEPT), at: null } : null)) }));

  function keep({ plan, at }) {
    try {
      localStorage.setItem(name, JSON.stringify({ text: writePlan(plan), at }));
    } catch {
      // the plan lasts as long as the page, and can be exported
    }
  }

  return {
    store,
    /** Another plan, which can be undone. */
    change(/** @type {Plan} */ plan, at = store.get().at) {
      const { plan: before, past } = store.get();
      if (plan === before) return;
      const within = at !== null && at < plan.steps.length ? at : plan.steps.length ? Math.min(at ?? 0, plan.steps.length - 1) : null;
      store.set({ plan, at: at === null ? null : within, past: [...past, before].slice(-MOST_UNDONE) });
    },
    undo() {
      const { past, at } = store.get();
      const plan = past.at(-1);
      if (plan) store.set({ plan, past: past.slice(0, -1), at: at !== null && at < plan.steps.length ? at : null });
    },
    takeDown: undoAll([
      store.ask(({ plan, at }) => [plan, at], () => keep(store.get())),
      listen(window, "storage", ({ key }) => {
        const other = key === name ? kept(name) : null;
        if (other && writePlan(other.plan) === writePlan(store.get().plan)) store.set({ at: other.at });
        else if (other) store.set(other);
      }),
    ]),
  };
}

/** @typedef {ReturnType<typeof openPlanning>} OpenPlanning */
