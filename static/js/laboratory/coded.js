/**
 * One setting: where it begins, and how its text is read; what cannot be read is undefined.
 * @typedef {{first: any, read: (text: string) => any}} Field
 */

export const between = (low, high, decimals = 0) => (text) => {
  const number = Number(Number(text).toFixed(decimals));
  return number >= low && number <= high ? number : undefined;
};
export const oneOf = (choices) => (text) => (choices.includes(text) ? text : undefined);

/** Settings as a short text, for a link, and back: in the order of their fields, and what is at its beginning is left empty. */
export function createCode(/** @type {Record<string, Field>} */ fields) {
  const first = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.first]));
  return {
    write: (settings) => Object.keys(fields).map((name) => (settings[name] === first[name] ? "" : settings[name])).join("~").replace(/~+$/, ""),
    /** What such a text says; what it leaves out, or nobody could have set, is as in the beginning. */
    read(text) {
      const said = (text ?? "").split("~");
      return Object.fromEntries(Object.entries(fields).map(([name, field], i) => [name, (said[i] ? field.read(said[i]) : undefined) ?? field.first]));
    },
  };
}
