const MINUS = "\u2212";
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉";

const digits = (number, table) => [...String(number)].map((digit) => table[Number(digit)]).join("");

/** Rounds to a number of decimals; minus is U+2212, and what rounds to zero has no sign. */
export function fixed(value, decimals) {
  const words = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(words) !== 0 ? MINUS + words : words;
}

/** Every digit that the number has. */
export const exact = (value) => (Object.is(value, -0) ? "0" : String(value).replaceAll("-", MINUS));

/** A few digits of a magnitude that may span decades. */
export function magnitude(value) {
  if (value !== 0 && (value < 0.005 || value >= 1000)) {
    const [mantissa, power] = value.toExponential(0).split("e");
    const sign = power.startsWith("-") ? "⁻" : "";
    return `${mantissa}·10${sign}${digits(power.replace(/\D/, ""), SUPERSCRIPT)}`;
  }
  return fixed(value, 2);
}

/** A count with its thousands apart: 320,251. */
export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** Numbers side by side: "0.37, −0.13". */
export const list = (values, decimals = 2) => Array.from(values, (value) => fixed(value, decimals)).join(", ");

const RAISED = { "(": "⁽", ")": "⁾", o: "ᵒ", ...Object.fromEntries([...SUPERSCRIPT].map((digit, i) => [i, digit])) };

/** A short text as raised signs, (2) as ⁽²⁾; null where there are none for it. */
export const raised = (text) => ([...text].every((sign) => sign in RAISED) ? [...text].map((sign) => RAISED[sign]).join("") : null);

/** The timestep as a lowered number: ₂. */
export const lowered = (timestep) => digits(timestep, SUBSCRIPT);
