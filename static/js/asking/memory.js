/** A few values that the browser keeps under one name, for a page that is loaded again; where it keeps nothing they last as long as the page. */
export function createMemory(name) {
  let values = {};
  try {
    values = JSON.parse(localStorage.getItem(name) ?? "{}") ?? {};
  } catch {
    // what cannot be read is forgotten
  }
  return {
    get: (key) => values[key],
    set(key, value) {
      values = { ...values, [key]: value };
      try {
        localStorage.setItem(name, JSON.stringify(values));
      } catch {
        // kept for this page alone
      }
    },
  };
}
