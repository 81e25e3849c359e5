import { html, text } from "../dom.js";
import { setField } from "../fields.js";
import { fixed } from "../format.js";
import { createLatest } from "../latest.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { getMemory } from "./answers.js";
import { chart } from "./chart.js";
import { legend } from "./curves.js";
import { KINDS } from "./settings.js";

const TENTH = 0.1;
const MOST_WORDS = 50; // that are offered in place of the first

/** What is left of one changed word, layer by layer, while the rest is read. */
function draw({ layers }) {
  const most = Math.max(1, ...layers.flatMap(({ distances }) => distances));
  const lines = layers.map(({ layer, distances }) => ({ kind: `layer-${layer}`, points: distances.map((left, i) => [i, left]) }));
  return [
    chart({ label: words("gradients.memory.name"), x: [0, Math.max(1, layers[0].distances.length - 1)], y: [0, most], every: [10, most > 4 ? 2 : 0.5], lines, rule: TENTH, axes: ["t", ""], tick: (value) => fixed(value, 1) }),
    legend(layers.map(({ layer, timesteps }) => [`layer-${layer}`, words("gradients.memory.left", { layer, timesteps })])),
  ];
}

const choice = (name, options) => html("label", {}, html("span", {}, name), html("select", { "aria-label": name }, options.map((option) => html("option", {}, option))));

/** One word of the laboratory's sentence, its first, is another: how long each layer of a network remembers that. */
export function mountMemory(figure, { sceneOf, settings, change, failed }) {
  const kind = choice(words("gradients.memory.cell"), KINDS);
  const other = choice(words("gradients.memory.at"), []);
  const drawing = html("div");
  const [, cell] = kind.children;
  const [before, word] = other.children;
  let asked = "";
  figure.replaceChildren(drawing, html("div", { class: "pickers" }, kind, other));

  const show = createLatest(async ({ scene, instead }) => drawing.replaceChildren(...draw(await getMemory(scene, 1, instead))),
    (error) => {
      asked = ""; // what failed is asked again
      failed(error);
      drawing.replaceChildren(html("p", { class: "fault" }, error.message));
    });

  function follow() {
    const scene = sceneOf(settings().cell);
    const [first] = scene.sentence;
    const others = scene.vocabulary.filter((each) => each !== first).slice(0, MOST_WORDS);
    setField(cell, settings().cell);
    other.hidden = !others.length;
    if (!others.length) return drawing.replaceChildren(html("p", {}, words("gradients.memory.single")));
    const chosen = scene.vocabulary[settings().word - 1];
    const wanted = { scene, instead: others.includes(chosen) ? chosen : others[0] };
    if ([...word.options].map(({ value }) => value).join(" ") !== others.join(" ")) word.replaceChildren(...others.map((each) => html("option", {}, each)));
    setField(word, wanted.instead);
    const name = words("gradients.memory.other", { before: first });
    text(before, name);
    word.setAttribute("aria-label", name);
    if (asked !== JSON.stringify(wanted)) show(wanted);
    asked = JSON.stringify(wanted);
  }

  return {
    follow,
    takeDown: undoAll([
      listen(cell, "change", () => change({ cell: cell.value })),
      listen(word, "change", () => change({ word: sceneOf(cell.value).vocabulary.indexOf(word.value) + 1 })),
    ]),
  };
}
