/** Writes a value into a field where it changed, so that the caret keeps its place. */
export function setField(field, value) {
  if (field.value !== String(value)) field.value = String(value);
}

/** A number as typed; null where it is none: it is left standing, for the person to finish. */
export const typed = (field) => (field.value === "" || field.validity.badInput ? null : Number(field.value));
