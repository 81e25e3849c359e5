import { presetOf } from "../presets.js";
import { edit } from "../runner.js";
import { listen, undoAll } from "../store.js";
import { tables } from "../words.js";

/** The scenes that have a name: choosing one replaces the scene; a scene that is none of them is a person's own. */
export function mountPresets(select, store) {
  const named = (name) => tables.presets.find((preset) => preset.name === name);
  return undoAll([
    listen(select, "change", () => named(select.value) && edit(store, named(select.value).scene)),
    store.watch(({ scene }) => scene, (scene) => { select.value = presetOf(scene, tables.presets)?.name ?? ""; }),
  ]);
}
