import { text } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { makeKey } from "./requests.js";

/** What this device calls itself, so that another one can say who presents. */
export function deviceName() {
  const { platform } = navigator;
  return words(matchMedia("(pointer: coarse)").matches ? "lecture.device.phone" : "lecture.device.desk", { platform: platform || "?" });
}

/** A link that makes another device, or another person, one who may present; its key stands in the fragment, which no server sees, and works once. */
export function mountDevices(root, /** @type {import("./room.js").Room} */ { store }) {
  const dialog = root.querySelector("#lecture-device");
  const [picture, field, fault] = ["picture", "link", "fault"].map((name) => dialog.querySelector(`[data-part=${name}]`));

  async function open() {
    const { code, address } = store.get();
    [field.value, picture.hidden, fault.hidden] = ["", true, true];
    dialog.showModal();
    try {
      const { key, qr } = await makeKey(code);
      const base = address ? address.replace(/\/join\/[^/]*$/, "/") : new URL(".", location.href).href;
      field.value = `${base}?present=${code}#key=${key}`;
      picture.src = `data:image/svg+xml,${encodeURIComponent(qr)}`;
      picture.hidden = false;
      field.select();
    } catch (error) {
      fault.hidden = false;
      text(fault, error.message);
    }
  }

  return undoAll([
    listen(root.querySelector("[data-part=device]"), "click", open),
    listen(dialog, "close", () => {
      field.value = ""; // a key is shown as long as it is needed
      picture.removeAttribute("src");
    }),
  ]);
}
