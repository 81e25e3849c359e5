import { html } from "../dom.js";
import { listen } from "../store.js";
import { mountCliff } from "./cliff.js";
import { mountBifurcation, mountLinear } from "./curves.js";
import { mountMemory } from "./memory.js";

const STUDIES = { cliff: mountCliff, linear: mountLinear, bifurcation: mountBifurcation, memory: mountMemory };

/** What papers show, live: asked for when it is first opened. */
export function mountStudies(root, context) {
  /** @type {{redraw: () => void, changed?: () => void, takeDown: () => void}[]} */
  const mounted = [];
  let begun = false;
  let down = false;

  async function begin(name) {
    const figure = root.querySelector(`[data-study=${name}] .figure`);
    try {
      const study = await STUDIES[name](figure, context);
      if (down) study.takeDown();
      else mounted.push(study);
    } catch (error) {
      figure.replaceChildren(html("p", { class: "fault", role: "alert" }, error.message));
    }
  }

  function open() {
    if (!root.open) return;
    if (begun) changed();
    else Object.keys(STUDIES).forEach(begin);
    begun = true;
  }

  function changed() {
    if (root.open) for (const study of mounted) study.changed?.();
  }

  const unlisten = listen(root, "toggle", open);
  return {
    changed,
    redraw: () => mounted.forEach((study) => study.redraw()),
    takeDown() {
      down = true;
      unlisten();
      mounted.forEach((study) => study.takeDown());
    },
  };
}
