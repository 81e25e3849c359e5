import { html } from "../dom.js";
import { listen } from "../store.js";
import { words } from "../words.js";
import { sizeOf } from "./band.js";

/** Every number of a band, layers down and timesteps across. */
function tableOf({ name, rows }) {
  const head = html("tr", {}, html("td"), rows[0].map((_, t) => html("th", { scope: "col" }, words("timestep", { t: t + 1 }))));
  const body = rows.map((numbers, i) => html("tr", {}, html("th", { scope: "row" }, words("gradients.layer", { layer: i + 1 })), numbers.map((number) => html("td", {}, sizeOf(number)))));
  return html("table", {}, html("caption", {}, name), html("thead", {}, head), html("tbody", {}, body.reverse()));
}

/** The pictures as tables, for those who read them otherwise; made while they are open. */
export function createTables(root) {
  let data = [];
  const draw = () => root.open && root.querySelector(".tables").replaceChildren(...data.map(tableOf));
  return {
    draw(bands) {
      data = bands;
      draw();
    },
    takeDown: listen(root, "toggle", draw),
  };
}
