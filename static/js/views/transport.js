import { attrs, html, join, text } from "../dom.js";
import { jump, regroup, togglePlay } from "../playhead.js";
import { say } from "../say.js";
import { timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */

const DRAWN_STEPS = 120; // of more steps, each phase is one bar
const LEAST_SHARE = 0.04; // a phase with less of the timeline has no room for its name

/** The bars of the timeline: one per step, or one per phase with its share of the steps. */
function bars(steps, now) {
  const real = steps.slice(1).map(({ phase }, i) => ({ phase, key: i + 1, share: 1, done: i + 1 <= now ? 1 : 0, now: i + 1 === now }));
  if (real.length <= DRAWN_STEPS) return real;
  return [...Map.groupBy(real, ({ phase }) => phase)].map(([phase, members]) => ({
    phase, key: phase, share: members.length, done: members.filter(({ done }) => done).length / members.length, now: members.some((bar) => bar.now),
  }));
}

function drawStrip(root, steps, now) {
  join(root, bars(steps, now), {
    key: ({ key }) => key,
    create: () => html("span"),
    update: (node, { phase, share, done, now: here }) => attrs(node, {
      class: `bar ${phase}${here ? " now" : ""}`, style: `flex-grow: ${share}; --done: ${done * 100}%`,
    }),
  });
}

/** The names of the phases under the bars, each where its first step is. */
function drawPhases(root, steps) {
  const phases = [...Map.groupBy(steps.slice(1), ({ phase }) => phase)].map(([phase, members]) => ({ phase, share: members.length }));
  join(root, phases, {
    key: ({ phase }) => phase,
    create: () => html("span"),
    update(node, { phase, share }) {
      attrs(node, { style: `flex-grow: ${share}` });
      text(node, share / steps.length < LEAST_SHARE ? "" : words(`phase.${phase}`));
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
    const sentenceNodes = say(state);
    const spoken = sentenceNodes.map((node) => (typeof node === "string" ? node : node.textContent)).join("");
    sentence.replaceChildren(...sentenceNodes);
    attrs(root, { "data-phase": steps[state.step].phase });
    attrs(play, { "aria-label": words(state.playing ? "pause" : "play"), class: `key play${state.playing ? " on" : ""}` });
    for (const button of [play, back, forward, first, last]) button.disabled = stuck;
    // at an end they stay enabled, so that the keyboard keeps its place, and only look spent
    for (const button of [forward, last]) button.classList.toggle("spent", state.step === end);
    for (const button of [back, first]) button.classList.toggle("spent", state.step === 0);
    attrs(slider, { max: end, "aria-valuetext": words("timeline.text", { step: state.step, steps: end, say: spoken }) });
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
    listen(forward, "click", () => jump(store, step() + 1)),
    listen(first, "click", () => jump(store, 0)),
    listen(last, "click", () => jump(store, timelineIn(store.get()).last)),
    listen(slider, "input", () => jump(store, Number(slider.value))),
    listen(selects.detail, "change", () => regroup(store, { detail: selects.detail.value })),
    listen(selects.order, "change", () => regroup(store, { order: selects.order.value })),
    listen(selects.speed, "change", () => store.set({ speed: Number(selects.speed.value) })),
    listen(loop, "click", () => store.set({ loop: !store.get().loop })),
    store.watch(({ shown, step: now, detail, order, speed, playing, loop: again, problem }) => [shown, now, detail, order, speed, playing, again, problem], () => draw(store.get())),
  ]);
}
