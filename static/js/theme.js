import { listen, undoAll } from "./store.js";

/** Follows the system's theme, as long as the person has chosen none. */
export function mountTheme(store) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => store.set({ dark: store.get().theme === "system" ? system.matches : store.get().theme === "dark" });
  return undoAll([listen(system, "change", apply), store.watch(({ theme }) => theme, apply)]);
}
