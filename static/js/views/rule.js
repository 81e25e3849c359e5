import { html, join, mark, text } from "../dom.js";
import { setField } from "../fields.js";
import { exact, fixed } from "../format.js";
import { ProblemError, getUpdate } from "../server.js";
import { placeIn, shapeIn, stepIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { layerOf } from "../timeline.js";
import { tables, words } from "../words.js";

/** @import { State } from "../types.js" */

const MOST = 400; // numbers of a layer that can be chosen one by one
const SMALL = 1e-3; // below it four decimals would say little of a number
const SYMBOLS = { rate: "η", momentum: "μ", rho: "ρ", beta_1: "β₁", beta_2: "β₂", epsilon: "ε", alpha: "α", sqrt: "√", max: "max" };
const LETTER = /[a-z_]+[0-9]?/g;

/** A formula of code as people write it; `named` says what stands for a letter. */
function spelled(formula, named) {
  const signs = formula.replaceAll("**2", "²").replaceAll("**t", "^t").replaceAll(" * ", " · ").replaceAll(" - ", " − ");
  return signs.replace(LETTER, (letter) => named(letter));
}

const symbol = (letter) => SYMBOLS[letter] ?? letter;

/** The lines of the rule: in letters, with this number's values, and what comes of it. */
function drawLines(list, { lines }, precise) {
  const number = (value) => (precise ? exact(value) : Math.abs(value) < SMALL && value !== 0 ? exact(Number(value.toPrecision(3))) : fixed(value, 4));
  join(list, lines, {
    key: ({ name }) => name,
    create: () => html("li", {}, html("b", {}), html("span", { class: "formula" }), html("span", { class: "filled" }), html("output", {})),
    update(item, { name, formula, values, value }) {
      const [letter, inLetters, inNumbers, result] = item.children;
      text(letter, symbol(name));
      text(inLetters, `← ${spelled(formula, symbol)}`);
      text(inNumbers, `= ${spelled(formula, (each) => (each in values ? number(values[each]) : symbol(each)))}`);
      text(result, `= ${number(value)}`);
    },
  });
}

/** Every number of a layer that learns, by its address, as many as can be chosen from. */
function numbersOf(/** @type {State} */ state) {
  const { layer } = placeIn(state);
  const { trace } = state.shown;
  const type = layerOf(shapeIn(state), layer).type;
  return tables.weights[type].flatMap((weight) => {
    const rows = trace?.weight({ layer, weight, of: "weights" }) ?? [];
    const known = trace?.rowsOf({ layer, weight }) ?? [];
    const flat = rows.length === 1 && weight === "bias";
    return rows.flatMap((row, i) => Array.from(row, (_, column) => ({ layer, weight, row: flat ? null : known[i], unit: column + 1 })));
  }).slice(0, MOST);
}

const nameOf = ({ layer, weight, row, unit }) => `${layer}/${weight}/${row === null ? "" : `${row},`}${unit}`;

/** How the optimizer moves one number: every line of its rule, with the values of this number. */
export function mountRule(root, store) {
  const [choice, gradient, list, fault] = ["number", "gradient", "lines", "fault"].map((name) => root.querySelector(`[data-part=${name}]`));
  let chosen = null; // the address of the number
  let asked = 0;

  async function ask(/** @type {State} */ state, number) {
    asked += 1;
    const mine = asked;
    try {
      const told = await getUpdate(state.shown.id, number);
      if (mine !== asked) return;
      mark(fault, null);
      drawLines(list, told, state.exact);
      const { gradient: g, penalised, clipped } = told;
      text(gradient, words(penalised === clipped ? (g === penalised ? "rule.gradient" : "rule.penalised") : "rule.clipped", { gradient: fixed(g, 4), penalised: fixed(penalised, 4), clipped: fixed(clipped, 4) }));
    } catch (error) {
      if (mine === asked) mark(fault, error instanceof ProblemError ? error.message : words("panel.away"));
    }
  }

  function draw() {
    const state = /** @type {State} */ (store.get());
    const updating = stepIn(state).phase === "update" && !state.pinned && state.shown.id !== null;
    root.hidden = !updating;
    if (!updating) return;
    const numbers = numbersOf(state);
    join(choice, numbers, { key: nameOf, create: (each) => html("option", { value: nameOf(each) }, nameOf(each)), update: () => {} });
    const number = numbers.find((each) => nameOf(each) === chosen) ?? numbers[0];
    if (!number) return;
    setField(choice, nameOf(number));
    ask(state, number);
  }

  return undoAll([
    listen(choice, "change", () => {
      chosen = choice.value;
      draw();
    }),
    store.watch((state) => [state.step, state.detail, state.order, state.shown, state.pinned, state.exact], draw),
  ]);
}
