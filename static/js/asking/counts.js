/** What a class answered, as what is drawn of it. Pure functions of a question and its tally. */

import { lookup } from "../lookup.js";

/** @import { Poll } from "../lecture/state.js" */

/** @typedef {Record<string, number>} Tally */
/** @typedef {{choice: string | null, votes: number, share: number, right: boolean | null, own: boolean}} Bar `choice` null: all others together */
/** @typedef {{from: number, to: number, votes: number}} Bin */

const MOST_BARS = 12;
const MOST_WORDS = 40;
const SIZES = 5;
const BINS = 10;
const TAIL = 0.05; // of the votes at each end, what lies far out is counted, not drawn
const ROUNDED = 1 + 1e-12; // 0.3 - 0.1 is not 0.2

export const votesOf = (/** @type {Tally} */ tally) => Object.values(tally).reduce((sum, votes) => sum + votes, 0);

/** Is this the right answer? Of numbers: within the tolerance. Null where nothing was said, or nothing is right. */
export function isRight(/** @type {Pick<Poll, "kind" | "tolerance">} */ { kind, tolerance = 0 }, choice, answer) {
  if (answer === null || answer === undefined || choice === null || choice === undefined) return null;
  if (kind === "number") return Math.abs(Number(choice) - Number(answer)) <= tolerance * ROUNDED;
  return choice === answer;
}

/** One bar for every choice, also for those that nobody took; then what was typed, the most first. @returns {Bar[]} */
export function barsOf(/** @type {Poll} */ poll, /** @type {Tally} */ tally, { answer = null, own = null } = {}) {
  const all = votesOf(tally);
  const typed = Object.keys(tally).filter((choice) => !poll.choices.includes(choice)).sort((one, other) => tally[other] - tally[one] || (one < other ? -1 : 1));
  const shown = typed.slice(0, Math.max(0, MOST_BARS - poll.choices.length));
  const rest = votesOf(Object.fromEntries(typed.slice(shown.length).map((choice) => [choice, tally[choice]])));
  const bar = (choice, votes) => ({ choice, votes, share: all ? votes / all : 0, right: isRight(poll, choice, answer), own: choice !== null && choice === own });
  return [...poll.choices, ...shown].map((choice) => bar(choice, lookup(tally, choice) ?? 0)).concat(rest ? [bar(null, rest)] : []);
}

/** The nearest of 1, 2 and 5, times a power of ten, that is not smaller. */
function roundStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((digit) => digit * power).find((round) => round >= step * (1 - 1e-9)) ?? 10 * power;
}

/** The number below which this share of the votes lies. */
function quantile(numbers, all, share) {
  let seen = 0;
  for (const [number, votes] of numbers) {
    seen += votes;
    if (seen >= share * all) return number;
  }
  return numbers.at(-1)[0];
}

/**
 * Numbers as a histogram, with the band of what is right; what lies far out is counted at its end, so that one slip does not squeeze all others into a bar.
 *
 * @returns {{bins: Bin[], below: number, above: number, band: [number, number] | null, answer: number | null, step: number, most: number} | null} null: no numbers
 */
export function histogramOf(/** @type {Poll} */ { tolerance = 0 }, /** @type {Tally} */ tally, answer = null) {
  const numbers = Object.entries(tally).map(([choice, votes]) => [Number(choice), votes]).filter(([number]) => Number.isFinite(number)).sort(([one], [other]) => one - other);
  if (!numbers.length) return null;
  const all = numbers.reduce((sum, [, votes]) => sum + votes, 0);
  const right = answer === null || !Number.isFinite(Number(answer)) ? null : Number(answer);
  const inside = right === null ? [] : [right - tolerance, right + tolerance];
  const low = Math.min(quantile(numbers, all, TAIL), ...inside);
  const high = Math.max(quantile(numbers, all, 1 - TAIL), ...inside);
  const step = roundStep((high - low) / BINS || Math.abs(low) / BINS || 1 / BINS);
  const first = Math.floor(low / step + 1e-9);
  const count = Math.max(1, Math.floor(high / step + 1e-9) - first + 1);
  const bins = Array.from({ length: count }, (_, i) => ({ from: tidy((first + i) * step), to: tidy((first + i + 1) * step), votes: 0 }));
  let [below, above] = [0, 0];
  for (const [number, votes] of numbers) {
    const at = Math.floor(number / step + 1e-9) - first;
    if (at < 0) below += votes;
    else if (at >= count) above += votes;
    else bins[at].votes += votes;
  }
  return { bins, below, above, band: right === null ? null : [inside[0], inside[1]], answer: right, step, most: Math.max(1, ...bins.map(({ votes }) => votes)) };
}

/** A multiple of a round step without the dust of its arithmetic. */
const tidy = (number) => Number(number.toPrecision(12));

/** The words of a cloud, the most frequent first, each with its size from 1 to 5. @returns {{word: string, votes: number, size: number}[]} */
export function cloudOf(/** @type {Tally} */ tally) {
  const words = Object.entries(tally).sort(([one, less], [other, more]) => more - less || (one < other ? -1 : 1)).slice(0, MOST_WORDS);
  const most = words[0]?.[1] ?? 1;
  return words.map(([word, votes]) => ({ word, votes, size: Math.max(1, Math.round(SIZES * Math.sqrt(votes / most))) }));
}

/** How many were right, of how many; null where nothing is right. */
export function rightOf(/** @type {Poll} */ poll, /** @type {Tally} */ tally, answer) {
  if (answer === null || answer === undefined) return null;
  const right = Object.entries(tally).filter(([choice]) => isRight(poll, choice, answer));
  return { right: right.reduce((sum, [, votes]) => sum + votes, 0), votes: votesOf(tally) };
}
