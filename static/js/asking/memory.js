import { lookup } from "../lookup.js";

/** A few values that the browser keeps under one name, the same in all of its windows; where it keeps nothing they last as long as the page. */
export function createMemory(name) {
  let own = {};

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(name) ?? "{}") ?? {};
    } catch {
      return {}; // what cannot be read is forgotten
    }
  }

  return {
    get: (key) => lookup(own, key) ?? lookup(kept(), key),
    set(key, value) {
      own = { ...own, [key]: value };
      try {
        localStorage.setItem(name, JSON.stringify({ ...kept(), [key]: value }));
      } catch {
        // kept for this page alone
      }
    },
  };
}
