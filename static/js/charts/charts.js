import { html } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { mountChart } from "./chart.js";
import { getCharts } from "./library.js";

/**
 * Every chart of the shown scene, one at a time: a choice, and the chosen one below it.
 *
 * @param {HTMLElement} root
 * @param {Parameters<typeof mountChart>[1]} store
 * @returns {() => void} what takes it down again
 */
export function mountCharts(root, store) {
  const choice = html("select", { "data-part": "choice" });
  const label = html("label", { class: "option" });
  const place = html("div");
  let down = false;
  let takeDown = () => {};

  function show() {
    takeDown();
    takeDown = mountChart(place, store, choice.value);
  }

  /** The list names the charts; where the server is away, it is asked for again when it is back. */
  async function fill() {
    if (choice.options.length) return;
    try {
      const { charts, words } = await getCharts();
      if (down || choice.options.length) return;
      choice.append(...charts.map(({ name, title }) => html("option", { value: name }, title)));
      label.append(words.chart, choice);
      show();
    } catch {
      if (!down) store.set({ away: true });
    }
  }

  root.append(label, place);
  return undoAll([
    () => label.remove(),
    () => place.remove(),
    () => takeDown(),
    () => (down = true),
    listen(choice, "change", show),
    store.watch(({ away }) => away, (away) => !away && fill()),
  ]);
}
