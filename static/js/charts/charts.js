import { html } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { mountChart } from "./chart.js";
import { getCharts } from "./library.js";

/**
 * Every chart of the shown scene, one at a time: a choice, and the chosen one below it. Until a person opens them nothing is brought, and
 * what is closed draws nothing.
 *
 * @param {HTMLElement} root with its name as aria-label
 * @param {Parameters<typeof mountChart>[1]} store
 * @returns {() => void} what takes it down again
 */
export function mountCharts(root, store) {
  const choice = html("select", { "data-part": "choice" });
  const label = html("label", { class: "option" });
  const place = html("div");
  const fold = html("details", {}, html("summary", {}, root.getAttribute("aria-label") ?? ""), label, place);
  let down = false;
  let takeDown = () => {};

  function show() {
    takeDown();
    choice.value = store.get().chart;
    takeDown = fold.open && choice.value ? mountChart(place, store, choice.value) : () => {};
  }

  /** The list names the charts; where the server is away, it is asked for again when it is back. */
  async function fill() {
    if (!fold.open || choice.options.length) return;
    try {
      const { charts, words } = await getCharts();
      if (down || choice.options.length) return;
      choice.append(...charts.map(({ name, title }) => html("option", { value: name }, title)));
      choice.setAttribute("aria-label", words.chart);
      label.append(words.chart, choice);
      show();
    } catch {
      if (!down) store.set({ away: true });
    }
  }

  function toggled() {
    show();
    fill();
  }

  root.append(fold);
  return undoAll([
    () => fold.remove(),
    () => takeDown(),
    () => (down = true),
    listen(choice, "change", () => store.set({ chart: choice.value })),
    store.watch(({ chart }) => chart, show),
    listen(fold, "toggle", toggled),
    store.watch(({ away }) => away, (away) => !away && fill()),
  ]);
}
