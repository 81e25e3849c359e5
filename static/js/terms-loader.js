import { chosenGradient, chosenNumber } from "./chosen.js";
import { numbered } from "./geometry.js";
import { ProblemError, getCell, getNumber, getWeight } from "./server.js";
import { idIn, placeIn, shapeIn } from "./state.js";
import { undoAll } from "./store.js";
import { layerOf } from "./timeline.js";
import { addressText, parseAddress } from "./trace.js";
import { isUnfolded } from "./unfolding.js";
import { tables } from "./words.js";

const RUSH = 150; // ms: of what changes faster, as under a slider that is dragged, only that is asked for at which it rests

/** Brings the terms of the cell in the panel into the state, under the key of the cell that they explain. */
export function mountTerms(store) {
  const wanted = {};
  const changed = {}; // when each of them last was
  const whole = ({ shown: { trace } }) => trace?.has("updated/output/bias") ?? false;

  /** Asks, and keeps the answer if it is still wanted when it comes. */
  function load(field, key, ask) {
    const own = Symbol(key);
    const keep = (answer) => wanted[field] === own && store.set({ [field]: { key, ...answer } });
    const now = performance.now();
    const rushed = now - changed[field] < RUSH;
    [wanted[field], changed[field]] = [own, now];
    store.set({ [field]: null });
    const send = () => wanted[field] === own && ask().then(keep, (error) => (error instanceof ProblemError ? keep({ error: error.message }) : store.set({ away: true }))); // and asks again when it is back
    if (key && rushed) setTimeout(send, RUSH);
    else if (key) send();
  }

  /** The cell of the panel; of one with many units only the unit that is chosen, because all of them are megabytes. */
  const cell = (state) => {
    const { layer, timestep } = placeIn(state);
    const { units } = layerOf(shapeIn(state), layer);
    return [state.tab === "cell" && whole(state) && timestep > 0 && layer !== "embedding" && !state.away ? idIn(state) : null, layer, timestep, numbered(units) ? null : state.unit];
  };
  const weights = (state) => [state.tab === "cell" && isUnfolded(state, "weights") && whole(state) && !state.away ? idIn(state) : null, placeIn(state).layer];

  /** The number of a weight that a tab is about. */
  const number = (state) => {
    const address = state.tab === "layer" ? chosenNumber(state) : state.tab === "gradient" ? chosenGradient(state) : null;
    return [whole(state) && address?.weight && !state.away ? idIn(state) : null, addressText(address)];
  };

  return undoAll([
    () => Object.keys(wanted).forEach((field) => { wanted[field] = null; }),
    store.watch(number, ([id, address]) => load("weightTerms", id && `${id}/${address}`, () => getNumber(id, parseAddress(address)))),
    store.watch(cell, ([id, layer, timestep, unit]) => load("terms", id && `${id}/${layer}/${timestep}`, () => getCell(id, layer, timestep, unit))),
    store.watch(weights, ([id, layer]) => load("uses", id && `${id}/${layer}`, async () => {
      const names = tables.weights[layerOf(shapeIn(store.get()), layer).type];
      const answers = await Promise.all(names.map((name) => getWeight(id, layer, name)));
      return { weights: Object.fromEntries(names.map((name, i) => [name, answers[i].gradients])) };
    })),
  ]);
}
