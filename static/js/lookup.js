/**
 * What a table has under a name that came from outside: a link, a file, a stream. What every object inherits, such as `constructor`, is no entry.
 *
 * @template T
 * @param {Record<string, T> | null | undefined} table
 * @param {string} name
 * @returns {T | undefined}
 */
export const lookup = (table, name) => (table && Object.hasOwn(table, name) ? table[name] : undefined);
