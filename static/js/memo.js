/** Are two slices the same? Arrays are compared entry by entry, everything else by identity. */
export function same(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((entry, i) => Object.is(entry, b[i]));
}

/** Remembers the last answer of a function, for as long as its arguments are the same. */
export function once(compute) {
  let seen = null;
  let answer;
  return (...args) => {
    if (!same(args, seen)) [seen, answer] = [args, compute(...args)];
    return answer;
  };
}
