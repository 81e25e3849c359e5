import { OURS, attrs, html, mark, text } from "../dom.js";
import { save } from "../export/save.js";
import { exact } from "../format.js";
import { ProblemError } from "../server.js";
import { idIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { createTurns } from "../turns.js";
import { words } from "../words.js";
import { bringPlotly, getCharts, getFigure, getTable } from "./library.js";
import { csvOf, tableOf } from "./twin.js";

/** @import { State } from "../types.js" */

const PAUSE = 250; // ms between two drawings
const CALM = 1000; // ms, while a network trains: the frames belong to the grid
const CAPTION = 34; // px that a figure keeps for its title, which stands in the caption of the page
const NARROWEST = 300; // px of a panel: where there is less room, the chart is scrolled
const BUSY = 429;
const RETRY = 1000; // ms
const SHARP = 2; // a pixel of the page is so many of a PNG
const BUTTONS = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]; // one that is not named here would send the chart to Plotly's makers

const filled = (sentence, values = {}) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** How Plotly behaves on this page; it speaks our words. */
const config = (said) => ({
  displaylogo: false,
  showTips: false,
  modeBarButtons: [BUTTONS],
  plotlyServerURL: "",
  locale: "page",
  locales: { page: { dictionary: { Zoom: said.zoom, Pan: said.pan, "Zoom in": said["zoom.in"], "Zoom out": said["zoom.out"], "Reset axes": said.reset }, format: {} } },
});

/** The figure as it stands on the page: its title is the caption's, and a person's zoom stays when the numbers change. */
function onPage({ layout: { title, ...layout } }, name) {
  const { height, margin } = layout;
  return { ...layout, autosize: true, uirevision: name, height: height - CAPTION, margin: { ...margin, t: margin.t - CAPTION } };
}

/** How many panels stand side by side. */
const columnsOf = ({ layout }) => new Set(Object.keys(layout).filter((key) => key.startsWith("xaxis")).map((key) => layout[key].domain[0])).size;

/** The elements of a chart. */
function build() {
  const part = (tag, name, values = {}) => html(tag, { ...values, "data-part": name });
  const parts = {
    caption: part("figcaption", "title"),
    note: part("p", "note", { "aria-live": "polite", class: "note" }),
    canvas: part("div", "canvas"),
    window: part("div", "window", { tabindex: 0, role: "region", dir: "ltr" }),
    rows: part("div", "rows", { tabindex: 0, role: "region", class: "scroll" }),
    table: part("button", "table", { type: "button", "aria-pressed": "false" }),
    saves: ["PNG", "SVG", "CSV"].map((kind) => part("button", kind.toLowerCase(), { type: "button" })),
  };
  parts.window.append(parts.canvas);
  const tools = html("div", { class: "tools" }, parts.table, parts.saves);
  const root = html("figure", { class: "chart" }, parts.caption, parts.note, parts.window, parts.rows, tools);
  return { ...parts, tools, root };
}

/**
 * Draws a chart of the shown scene in an element, or its table, and draws it anew for another scene or theme. The first one brings Plotly.
 *
 * @param {HTMLElement} element
 * @param {{get: () => State, set: (patch: Partial<State>) => void, watch: (select: (state: State) => any, draw: (slice: any) => void) => () => void}} store
 * @param {string} name as GET /api/charts has it
 * @returns {() => void} what takes it down again
 */
export function mountChart(element, store, name) {
  const { root, caption, note, window, canvas, rows, tools, table, saves } = build();
  const gone = new AbortController();
  let drawn = null; // the figure on the screen
  let Plotly = null;
  let retry;

  /** Which of the parts are seen: a figure, a table, or a sentence instead. */
  function show(state, sentence = "") {
    attrs(root, { "data-state": state, "aria-busy": String(state === "loading") });
    window.hidden = state !== "figure";
    rows.hidden = state !== "table";
    tools.hidden = window.hidden && rows.hidden;
    if (state === "empty") drawn = null;
    text(attrs(note, OURS), sentence);
    note.hidden = sentence === "";
  }

  /** What went wrong, in the server's words; where it is busy or away, it is asked again. */
  function fail(error) {
    if (gone.signal.aborted) return;
    const problem = error instanceof ProblemError ? error.problem : null;
    if (problem?.status === BUSY) {
      retry = setTimeout(turns.ask, RETRY);
      if (drawn) return;
    }
    if (!problem) store.set({ away: true });
    show("failed", words("notice.away"));
    if (problem) mark(note, problem.detail);
  }

  function say({ words: said }) {
    text(table, said.table);
    for (const button of saves) text(button, filled(said.save, { kind: button.dataset.part.toUpperCase() }));
  }

  function entitle(title) {
    text(caption, title);
    attrs(window, { "aria-label": title });
    attrs(rows, { "aria-label": title });
  }

  async function drawFigure(said, id, dark) {
    const [library, { title, figure }] = await Promise.all([bringPlotly(), getFigure(name, id, dark, gone.signal)]);
    if (gone.signal.aborted) return;
    entitle(title);
    if (!figure) return show("empty", said.untrained);
    show("figure");
    Plotly = library;
    canvas.style.minWidth = `${columnsOf(figure) * NARROWEST}px`;
    drawn = figure;
    await Plotly.react(canvas, figure.data, onPage(figure, name), config(said));
  }

  async function drawTable(said, id) {
    const found = await getTable(name, id, gone.signal);
    if (gone.signal.aborted) return;
    entitle(found.title);
    if (!found.rows.length) return show("empty", said.untrained);
    show("table");
    rows.replaceChildren(...tableOf(found, (shown, all) => filled(said.rows, { shown, all: exact(all) })).filter(Boolean));
  }

  async function draw() {
    const { dark } = store.get();
    const id = idIn(store.get());
    if (id === null) return;
    try {
      const charts = await getCharts();
      if (!drawn && rows.hidden) show("loading", charts.words.loading);
      say(charts);
      await (table.getAttribute("aria-pressed") === "true" ? drawTable(charts.words, id) : drawFigure(charts.words, id, dark));
    } catch (error) {
      fail(error);
    }
  }

  const turns = createTurns(draw, () => (store.get().training?.phase === "running" ? CALM : PAUSE));

  function saveImage(format) {
    if (!drawn) return;
    const { offsetWidth: width } = canvas;
    const { height } = drawn.layout;
    const ground = getComputedStyle(document.body).getPropertyValue("--surface");
    const picture = { data: drawn.data, layout: { ...drawn.layout, width, paper_bgcolor: ground } };
    Plotly.downloadImage(picture, { format, filename: `unrolled-${name}`, width, height, scale: format === "png" ? SHARP : 1 });
  }

  async function saveTable() {
    try {
      const found = await getTable(name, store.get().shown.id, gone.signal);
      save(new Blob([csvOf(found)], { type: "text/csv" }), `unrolled-${name}.csv`);
    } catch (error) {
      fail(error);
    }
  }

  function pressed({ target }) {
    if (target === table) {
      attrs(table, { "aria-pressed": String(table.getAttribute("aria-pressed") !== "true") });
      turns.ask();
    } else if (target.dataset.part === "csv") saveTable();
    else if (saves.includes(target)) saveImage(target.dataset.part);
  }

  show("loading");
  element.append(root);
  const room = new ResizeObserver(() => drawn && !window.hidden && Plotly.Plots.resize(canvas));
  room.observe(root);
  return undoAll([
    () => root.remove(),
    () => Plotly?.purge(canvas),
    () => gone.abort(),
    () => turns.stop(),
    () => clearTimeout(retry),
    () => room.disconnect(),
    listen(tools, "click", pressed),
    store.watch((state) => [idIn(state), state.dark, state.away], ([, , away]) => !away && turns.ask()),
  ]);
}
