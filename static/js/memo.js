/** Are two slices the same? Arrays are compared entry by entry, everything else by identity. */
export function same(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((entry, i) => Object.is(entry, b[i]));
}

const KEPT = 4; // answers: two pictures may take turns, with two timelines each

/** Remembers the last answers of a function by its arguments, so that an answer keeps its identity. */
export function once(compute) {
  const kept = [];
  return (...args) => {
    const found = kept.findIndex(({ seen }) => same(args, seen));
    const entry = found < 0 ? { seen: args, answer: compute(...args) } : kept[found];
    if (found !== 0) {
      if (found > 0) kept.splice(found, 1);
      kept.unshift(entry);
      kept.splice(KEPT);
    }
    return entry.answer;
  };
}
