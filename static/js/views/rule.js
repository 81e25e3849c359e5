import { attrs, html, join, mark, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { exact, fixed, raised } from "../format.js";
import { markError } from "../problem.js";
import { firstRecurrent, parameters } from "../scene.js";
import { getUpdate } from "../server.js";
import { idIn, placeIn, stepIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";

/** @import { State } from "../types.js" */

const SMALL = 1e-3; // below it four decimals would say little of a number
const SYMBOLS = { rate: "η", momentum: "μ", rho: "ρ", beta_1: "β₁", beta_2: "β₂", epsilon: "ε", alpha: "α", sqrt: "√", max: "max" };
const LETTER = /[a-z_]+[0-9]?/g;

/** A formula of code as people write it; `named` says what stands for a letter, `step` for the power t. */
function spelled(formula, named, step) {
  const signs = formula.replaceAll("**2", "²").replaceAll(" * ", " · ").replaceAll(" - ", " − ");
  return signs.replace(LETTER, (letter) => named(letter)).replaceAll(`**${named("t")}`, step);
}

const symbol = (letter) => SYMBOLS[letter] ?? letter;

/** The lines of the rule: in letters, with this number's values, and what comes of it. */
function drawLines(list, { lines }, precise) {
  const number = (value) => (precise ? exact(value) : Math.abs(value) < SMALL && value !== 0 ? exact(Number(value.toPrecision(3))) : fixed(value, 4));
  join(list, lines, {
    key: ({ name }) => name,
    create: () => html("li", {}, html("b", {}), html("span", { class: "formula" }), html("span", { class: "filled" }), html("span", { class: "result" })),
    update(item, { name, formula, values, value }) {
      const [letter, inLetters, inNumbers, result] = item.children;
      text(letter, symbol(name));
      text(inLetters, `← ${spelled(formula, symbol, "ᵗ")}`);
      text(inNumbers, `= ${spelled(formula, (each) => (each in values ? number(values[each]) : symbol(each)), raised(String(values.t)))}`);
      text(result, `= ${number(value)}`);
    },
  });
}

/** Where a layer of the picture stands in its scene. */
function indexOf(/** @type {State} */ { shown: { scene } }, layer) {
  if (layer === "embedding") return 0;
  return layer === "output" ? scene.layers.length - 1 : firstRecurrent(scene) + Number(layer) - 1;
}

/** How many rows and columns each weight of a layer has; a vector has no rows. @returns {Record<string, {rows: number | null, columns: number}>} */
function sizesOf(/** @type {State} */ state, layer) {
  const { sizes, gates } = parameters(state.shown.scene, indexOf(state, layer), tables.gates);
  return Object.fromEntries(Object.entries(sizes).map(([weight, size]) => [weight, { rows: size.length > 1 ? size[0] : null, columns: gates * size[size.length - 1] }]));
}

/** What the optimizer is given in place of the gradient. */
function givenOf({ gradient, penalised, clipped }) {
  const added = penalised !== gradient;
  const limited = clipped !== penalised;
  const values = { gradient: fixed(gradient, 4), penalised: fixed(penalised, 4), clipped: fixed(clipped, 4) };
  if (limited) return words(added ? "rule.both" : "rule.clipped", values);
  return words(added ? "rule.penalised" : "rule.gradient", values);
}

const within = (number, most) => Math.max(1, Math.min(most, Math.round(number)));

/** How the optimizer moves one number: every line of its rule, with the values of this number. */
export function mountRule(root, store) {
  const [choice, row, column, gradient, list, fault] = ["weight", "row", "column", "gradient", "lines", "fault"].map((name) => root.querySelector(`[data-part=${name}]`));
  let chosen = { weight: "", row: null, column: 1 }; // before a person has chosen a row it is the first that is read
  let number = null; // the address of what is shown
  let asked = 0;

  async function ask(/** @type {State} */ state) {
    asked += 1;
    const mine = asked;
    try {
      const told = await getUpdate(state.shown.id, number);
      if (mine !== asked) return;
      mark(fault, null);
      drawLines(list, told, state.exact);
      text(gradient, givenOf(told));
    } catch (error) {
      if (mine !== asked) return;
      markError(fault, error, "panel.away");
    }
  }

  /** The number that is chosen, as far as this layer has it. */
  function numberIn(/** @type {State} */ state, layer, sizes) {
    const weight = Object.hasOwn(sizes, chosen.weight) ? chosen.weight : Object.keys(sizes)[0];
    const { rows, columns } = sizes[weight];
    const first = state.shown.trace?.rowsOf({ layer, weight })[0] ?? 1;
    return { layer, weight, row: rows && within(chosen.row ?? first, rows), unit: within(chosen.column, columns) };
  }

  function draw() {
    const state = /** @type {State} */ (store.get());
    const updating = stepIn(state).phase === "update" && !state.pinned && state.shown.id !== null;
    root.hidden = !updating;
    if (!updating || state.tab !== "cell") return;
    const { layer } = placeIn(state);
    const sizes = sizesOf(state, layer);
    number = numberIn(state, layer, sizes);
    const { rows, columns } = sizes[number.weight];
    join(choice, Object.keys(sizes), { key: (each) => each, create: (each) => html("option", { value: each }, each), update: () => {} });
    setField(choice, number.weight);
    row.parentElement.hidden = rows === null;
    setField(attrs(row, { max: rows ?? 1 }), number.row ?? 1);
    setField(attrs(column, { max: columns }), number.unit);
    if (idIn(state)) ask(state);
  }

  function choose(patch) {
    chosen = { ...chosen, ...patch };
    draw();
    row.value = String(number.row ?? 1); // of what was typed there is not every number
    column.value = String(number.unit);
  }

  return undoAll([
    listen(choice, "change", () => choose({ weight: choice.value })),
    listen(row, "change", () => choose({ row: typed(row) ?? chosen.row })),
    listen(column, "change", () => choose({ column: typed(column) ?? chosen.column })),
    store.watch((state) => [state.tab === "cell", state.step, state.detail, state.order, state.shown, state.pinned, state.exact], draw),
  ]);
}
