import { html } from "../dom.js";
import { getJson } from "../server.js";

/**
 * @typedef {{script: string, charts: {name: string, title: string, training: boolean}[], words: Record<string, string>}} Charts
 * @typedef {{name: string, scene: string, title: string, figure: {data: any[], layout: any} | null}} Figure
 * @typedef {{name: string, scene: string, title: string, header: string[], rows: (number | string)[][]}} Table
 */

const LANGUAGE = document.documentElement.lang;
const STYLE = new URL("../../css/charts.css", import.meta.url).href;

/** Asks for something once; what failed is asked for again the next time. @template T @returns {() => Promise<T>} */
function kept(/** @type {() => Promise<T>} */ ask) {
  let answer = null;
  return () => {
    if (answer) return answer;
    const asked = (answer = ask());
    asked.catch(() => (answer = null));
    return asked;
  };
}

/** Every chart by its name, and the words around them. @type {() => Promise<Charts>} */
export const getCharts = kept(() => getJson(`api/charts?language=${LANGUAGE}`));

/** @returns {Promise<Figure>} */
export const getFigure = (name, id, dark, signal) => getJson(`api/charts/${name}?scene=${id}&language=${LANGUAGE}&theme=${dark ? "dark" : "light"}`, signal);

/** @returns {Promise<Table>} */
export const getTable = (name, id, signal) => getJson(`api/charts/${name}/table?scene=${id}&language=${LANGUAGE}`, signal);

/** Puts an element into the head, and waits until what it names is here. */
const brought = (node) => new Promise((resolve, reject) => {
  node.onload = resolve;
  node.onerror = () => {
    node.remove();
    reject(new TypeError("The charts' library is not here."));
  };
  document.head.append(node);
});

/** Plotly, which takes a second to read: brought when the first chart is shown, with the style sheet. @type {() => Promise<any>} */
export const bringPlotly = kept(async () => {
  const { script } = await getCharts();
  await Promise.all([brought(html("script", { src: script })), brought(html("link", { rel: "stylesheet", href: STYLE }))]);
  return /** @type {any} */ (window).Plotly;
});
