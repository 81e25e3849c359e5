import { attrs, html, join, text } from "../dom.js";
import { jump, regroup, togglePlay, walk } from "../playhead.js";
import { say } from "../say.js";
import { timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */

const DRAWN_STEPS = 120; // of more steps, each phase is one bar
const LEAST_SHARE = 0.04; // a phase with less of the timeline has no room for its name

/** The phases in their order: the first step of each, and how many there are. */
function phasesOf(steps) {
  const phases = new Map();
  steps.forEach(({ phase }, first) => {
    if (!phases.has(phase)) phases.set(phase, { key: phase, phase, first, length: 0 });
    phases.get(phase).length += 1;
  });
  phases.delete("start");
  return [...phases.values()];
}

/** The bars of the timeline: one per step, or one per phase with its share of the steps. */
function drawStrip(root, steps, now) {
  const single = steps.length <= DRAWN_STEPS ? steps.map(({ phase }, first) => ({ key: first, phase, first, length: 1 })).slice(1) : null;
  join(root, single ?? phasesOf(steps), {
    key: ({ key }) => key,
    create: () => html("span"),
    update(node, { phase, first, length }) {
      const done = Math.max(0, Math.min(1, (now + 1 - first) / length));
      const here = first <= now && now < first + length;
      attrs(node, { class: `bar ${phase}${here ? " now" : ""}${single ? "" : " share"}`, style: `flex-grow: ${length}; --done: ${done * 100}%` });
    },
  });
}

/** The names of the phases under the bars, each where its first step is. */
function drawPhases(root, steps) {
  join(root, phasesOf(steps), {
    key: ({ key }) => key,
    create: () => html("span"),
    update(node, { phase, length }) {
      attrs(node, { style: `flex-grow: ${length}` });
      text(node, length / steps.length < LEAST_SHARE ? "" : words(`phase.${phase}`));
    },
  });
}

/** Play, steps, the slider, how the timeline is cut, and the sentence. */
export function mountTransport(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [play, back, forward, first, last, slider, strip, phases, count, sentence, loop, note] =
    ["play", "back", "forward", "first", "last", "slider", "strip", "phases", "count", "say", "loop", "note"].map(find);
  const selects = Object.fromEntries(["detail", "order", "speed"].map((name) => [name, find(name)]));
  const step = () => store.get().step;

  function draw(/** @type {State} */ state) {
    const { steps, last: end } = timelineIn(state);
    const stuck = !state.shown.trace;
    const said = html("p", {}, say(state));
    if (sentence.innerHTML !== said.innerHTML) sentence.replaceChildren(...said.childNodes); // heard again only when it is new
    attrs(root, { "data-phase": steps[state.step].phase });
    attrs(play, { "aria-label": words(state.playing ? "pause" : "play"), class: `key play${state.playing ? " on" : ""}` });
    for (const button of [play, back, forward, first, last]) button.disabled = stuck;
    // at an end they stay enabled, so that the keyboard keeps its place, and only look spent
    for (const button of [forward, last]) button.classList.toggle("spent", state.step === end);
    for (const button of [back, first]) button.classList.toggle("spent", state.step === 0);
    attrs(slider, { max: end, "aria-valuetext": words("timeline.text", { step: state.step, steps: end, say: sentence.textContent }) });
    slider.value = String(state.step);
    slider.disabled = stuck;
    drawStrip(strip, steps, state.step);
    drawPhases(phases, steps);
    text(count, words("step.of", { step: state.step, steps: end }));
    for (const [name, select] of Object.entries(selects)) select.value = String(state[name]);
    attrs(loop, { "aria-pressed": String(state.loop) });
    note.hidden = state.order === "timestep";
  }

  return undoAll([
    listen(play, "click", () => togglePlay(store)),
    listen(back, "click", () => jump(store, step() - 1)),
    listen(forward, "click", () => walk(store)),
    listen(first, "click", () => jump(store, 0)),
    listen(last, "click", () => jump(store, timelineIn(store.get()).last)),
    listen(slider, "input", () => jump(store, Number(slider.value))),
    listen(selects.detail, "change", () => regroup(store, { detail: selects.detail.value })),
    listen(selects.order, "change", () => regroup(store, { order: selects.order.value })),
    listen(selects.speed, "change", () => store.set({ speed: Number(selects.speed.value) })),
    listen(loop, "click", () => store.set({ loop: !store.get().loop })),
    store.watch(({ shown, step: now, detail, order, speed, playing, loop: again, problem, notation }) =>
      [shown, now, detail, order, speed, playing, again, problem, notation], () => draw(store.get())),
  ]);
}
