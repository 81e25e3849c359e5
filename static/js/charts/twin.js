import { html } from "../dom.js";
import { exact } from "../format.js";

/** @import { Table } from "./library.js" */

const ROWS = 500; // a page that holds more of them is slow, and nobody reads them
const DIGITS = 6;

const written = (value) => (typeof value === "number" ? exact(Number(value.toPrecision(DIGITS))) : value);

/** The numbers of a chart as a table, or the first of many; `more` says how many there are. */
export function tableOf(/** @type {Table} */ { title, header, rows }, more) {
  const head = html("tr", {}, header.map((name) => html("th", { scope: "col" }, name)));
  const body = rows.slice(0, ROWS).map((row) => html("tr", {}, row.map((value) => html("td", { class: typeof value === "number" ? "number" : null }, written(value)))));
  const table = html("table", {}, html("caption", { class: "hidden" }, title), html("thead", {}, head), html("tbody", {}, body));
  return [rows.length > ROWS && html("p", { class: "note" }, more(ROWS, rows.length)), table];
}

const quoted = (value) => (typeof value === "string" && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value));

/** All of them as CSV (RFC 4180), with every digit. */
export const csvOf = (/** @type {Table} */ { header, rows }) => [header, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
