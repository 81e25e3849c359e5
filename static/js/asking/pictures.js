import { attrs, html, svg, text } from "../dom.js";
import { exact } from "../format.js";
import { words } from "../words.js";
import { barsOf, cloudOf, histogramOf, rightOf, votesOf } from "./counts.js";
import { choiceName } from "./labels.js";

/** @import { Poll } from "../lecture/state.js" */
/** @import { Bar, Tally } from "./counts.js" */
/** What is marked in a picture: what is right, and what a person answered. @typedef {{answer: string | null, own: string | null}} Marks */

const PLOT = { width: 300, height: 96, top: 6, base: 74 };

const percent = (share) => words("asking.percent", { percent: Math.round(share * 100) });
const nameOf = (poll, choice) => (choice === null ? words("asking.others") : choiceName(poll, choice));

/** What stands beside an answer in words, so that no colour has to say it. */
function notes(/** @type {Bar} */ { right, own }) {
  const said = [...(right ? [words("asking.right")] : []), ...(own ? [words("asking.yours")] : [])];
  return said.map((note, i) => html("b", { class: right && i === 0 ? "right" : null }, note));
}

function barsPicture(/** @type {Poll} */ poll, /** @type {Tally} */ tally, /** @type {Marks} */ marks) {
  const items = barsOf(poll, tally, marks).map((bar) => html("li", { class: bar.right ? "right" : null },
    html("span", { class: "name" }, html("bdi", {}, nameOf(poll, bar.choice)), ...notes(bar)),
    html("span", { class: "track" }, html("i", { style: `inline-size: ${100 * bar.share}%` })),
    html("span", { class: "count" }, words("asking.count", { votes: bar.votes, share: percent(bar.share) }))));
  return html("ul", { class: "bars" }, items);
}

/** The line under a histogram in words: for the ear, and for whoever cannot tell the band from the bars. */
function histogramName(/** @type {Poll} */ poll, tally, { answer }) {
  const numbers = Object.keys(tally).map(Number);
  const right = rightOf(poll, tally, answer);
  const ends = { votes: votesOf(tally), least: exact(Math.min(...numbers)), most: exact(Math.max(...numbers)) };
  return right ? words("asking.histogram.right", { ...ends, right: right.right }) : words("asking.histogram", ends);
}

function histogramPicture(/** @type {Poll} */ poll, tally, /** @type {Marks} */ marks) {
  const histogram = histogramOf(poll, tally, marks.answer);
  if (!histogram) return null;
  const { bins, band, most, below, above } = histogram;
  const [start, end] = [bins[0].from, bins[bins.length - 1].to];
  const x = (number) => (PLOT.width * (number - start)) / (end - start);
  const height = (votes) => ((PLOT.base - PLOT.top) * votes) / most;
  const mark = (number, name) => svg("line", { x1: x(number), x2: x(number), y1: PLOT.top, y2: PLOT.base, class: name });
  const own = marks.own !== null && Number(marks.own) >= start && Number(marks.own) <= end ? [mark(Number(marks.own), "yours")] : [];
  const name = histogramName(poll, tally, marks);
  const picture = svg("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "img", "aria-label": name, class: "histogram" },
    ...(band ? [svg("rect", { x: x(band[0]), width: Math.max(2, x(band[1]) - x(band[0])), y: PLOT.top, height: PLOT.base - PLOT.top, class: "band" })] : []),
    ...bins.filter(({ votes }) => votes).map(({ from, to, votes }) => svg("rect", { x: x(from) + 1, width: Math.max(1, x(to) - x(from) - 2), y: PLOT.base - height(votes), height: height(votes), class: "bin" })),
    svg("line", { x1: 0, x2: PLOT.width, y1: PLOT.base, y2: PLOT.base, class: "base" }),
    ...(band ? [mark(Number(marks.answer), "answer")] : []), ...own,
    svg("text", { x: 0, y: PLOT.base + 16 }, exact(start)), svg("text", { x: PLOT.width, y: PLOT.base + 16, class: "end" }, exact(end)));
  const beyond = below + above ? [html("p", { class: "muted" }, words("asking.histogram.beyond", { votes: below + above }))] : [];
  return html("figure", { class: "spread" }, picture, html("figcaption", {}, name), ...beyond);
}

function cloudPicture(/** @type {Tally} */ tally, /** @type {Marks} */ { own }) {
  const items = cloudOf(tally).map(({ word, votes, size }) =>
    html("li", { class: `size-${size}${word === own ? " yours" : ""}` }, html("bdi", {}, word), html("span", { class: "times" }, words("asking.times", { votes }))));
  return items.length ? html("ul", { class: "cloud" }, items) : null;
}

/** Every answer as a row: the twin of any picture. */
function tableOf(/** @type {Poll} */ poll, /** @type {Tally} */ tally, /** @type {Marks} */ marks) {
  const all = Object.keys(tally).filter((choice) => !poll.choices.includes(choice)).sort((one, other) => (poll.kind === "words" ? tally[other] - tally[one] : Number(one) - Number(other)));
  const whole = { ...poll, choices: [...poll.choices, ...all] };
  const head = ["asking.table.answer", "asking.table.votes", "asking.table.share"].map((key) => html("th", { scope: "col" }, words(key)));
  const rows = barsOf(whole, tally, marks).map((bar) => html("tr", {},
    html("th", { scope: "row" }, html("bdi", {}, nameOf(poll, bar.choice)), ...notes(bar)), html("td", {}, String(bar.votes)), html("td", {}, percent(bar.share))));
  return html("table", {}, html("caption", { class: "hidden" }, words("asking.table")), html("thead", {}, html("tr", {}, head)), html("tbody", {}, rows));
}

/** A distribution that can be drawn again: its picture, and folded away the table that says the same. */
export function createDistribution() {
  const picture = html("div", { class: "picture" });
  const table = html("div", { class: "twin" });
  const summary = html("summary", {}, words("asking.table.show"));
  const details = html("details", {}, summary, table);
  const root = html("div", { class: "distribution", hidden: true }, picture, details);
  return {
    root,
    draw(/** @type {Poll} */ poll, /** @type {Tally} */ tally, /** @type {Marks} */ marks = { answer: null, own: null }) {
      const none = votesOf(tally) === 0;
      const drawn = poll.kind === "number" ? histogramPicture(poll, tally, marks) : poll.kind === "words" ? cloudPicture(tally, marks) : barsPicture(poll, tally, marks);
      root.hidden = false;
      picture.replaceChildren(drawn ?? html("p", { class: "muted" }, words("asking.votes.none")));
      details.hidden = none;
      table.replaceChildren(...(none ? [] : [tableOf(poll, tally, marks)]));
    },
    hide() {
      root.hidden = true;
    },
  };
}

/** How many have answered, as a sentence. */
export const votesText = (votes) => (votes === 0 ? words("asking.votes.none") : votes === 1 ? words("asking.votes.one") : words("asking.votes", { votes }));

/** Writes a sentence where there is one, and hides its place where there is none. */
export function say(node, sentence) {
  attrs(node, { hidden: !sentence });
  return text(node, sentence ?? "");
}
