const SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // without those that are taken for one another: I and 1, O and 0
const LENGTH = 8;

/** A code as a person types it: small or large, with spaces and dashes; null where no lecture can be called so. */
export function readCode(typed) {
  const code = typed.toUpperCase().replace(/[\s\u2010-\u2015-]/g, "");
  return code.length === LENGTH && [...code].every((sign) => SIGNS.includes(sign)) ? code : null;
}
