const written = new WeakMap();

/** Writes a value into a field, but not over what a person is typing there while the value stays as it was. */
export function setField(field, value) {
  const wanted = String(value);
  const typing = field === document.activeElement && written.get(field) === wanted;
  if (!typing && field.value !== wanted) field.value = wanted;
  written.set(field, wanted);
}

/** A number as typed; null where it is none: it is left standing, for the person to finish. */
export const typed = (field) => (field.value === "" || field.validity.badInput ? null : Number(field.value));
