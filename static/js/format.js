const MINUS = "\u2212";
const DIGITS = "latn"; // as in the formulas, whatever the language
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉";

const digits = (number, table) => [...String(number)].map((digit) => table[Number(digit)]).join("");

/** What a locale puts between whole and decimals, between the numbers of a list, and between the groups of a count. */
export function signsOf(locale) {
  const format = new Intl.NumberFormat(locale, { numberingSystem: DIGITS });
  const decimal = format.formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";
  return { decimal, between: decimal === "," ? "; " : ", ", group: (count) => format.format(count) };
}

const PAGE = signsOf(globalThis.document?.documentElement.lang || "en");

/** Rounds to a number of decimals; minus is U+2212, and what rounds to zero has no sign. */
export function fixed(value, decimals, { decimal } = PAGE) {
  const digits = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(digits) !== 0 ? MINUS : "") + digits.replace(".", decimal);
}

/** Every digit that the number has. */
export const exact = (value) => (Object.is(value, -0) ? "0" : String(value).replaceAll("-", MINUS).replace(".", PAGE.decimal));

/** A few digits of a magnitude that may span decades. */
export function magnitude(value) {
  if (value === Infinity) return "∞"; // a quotient that no float64 holds
  if (value !== 0 && (value < 0.005 || value >= 1000)) {
    const [mantissa, power] = value.toExponential(0).split("e");
    const sign = power.startsWith("-") ? "⁻" : "";
    return `${mantissa}·10${sign}${digits(power.replace(/\D/, ""), SUPERSCRIPT)}`;
  }
  return fixed(value, 2);
}

/** A count in groups: 320,251; in Hindi 3,20,251. */
export const grouped = (count) => PAGE.group(count);

/** Numbers side by side: "0.37, −0.13". */
export const list = (values, decimals = 2, signs = PAGE) => Array.from(values, (value) => fixed(value, decimals, signs)).join(signs.between);

const RAISED = { "(": "⁽", ")": "⁾", o: "ᵒ", ...Object.fromEntries([...SUPERSCRIPT].map((digit, i) => [i, digit])) };

/** A short text as raised signs, (2) as ⁽²⁾; null where there are none for it. */
export const raised = (text) => ([...text].every((sign) => sign in RAISED) ? [...text].map((sign) => RAISED[sign]).join("") : null);

/** The timestep as a lowered number: ₂. */
export const lowered = (timestep) => digits(timestep, SUBSCRIPT);
