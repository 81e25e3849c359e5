import { text } from "../dom.js";
import { final, pause, waitAfter } from "../events.js";
import { markError } from "../problem.js";
import { ProblemError } from "../server.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { readCode } from "./code.js";
import { deviceName } from "./devices.js";
import { exchangeKey, getLecture, getReach, startLecture } from "./requests.js";
import { ownSelf } from "./self.js";
import { placeOf } from "./view.js";

/** @import { Page } from "../page.js" */
/** @import { State } from "../types.js" */

/** The address of this page as that of a lecture: what was in its fragment is in the log, or was a key. */
function goTo(name, code) {
  const query = new URLSearchParams(location.search);
  query.set(name, code);
  history.replaceState(null, "", `${location.pathname}?${query}`);
}

/** The key that a presenter's link carries, taken out of the address before anyone can read it. */
function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  return key;
}

const never = new AbortController().signal;

/** A lecture is started by a press, joined or presented by its address; `enter` is told which, once. */
export function mountStart(root, /** @type {Page} */ page, enter) {
  const dialog = root.querySelector("#lecture-passphrase");
  const [form, fault] = [dialog.querySelector("form"), dialog.querySelector(".fault")];
  const field = form.querySelector("input");
  let busy = false;
  let entered = false;

  /** The first room alone: a page is part of one lecture. */
  function once(first) {
    if (!entered) enter(first);
    entered = true;
  }

  async function start(passphrase = "") {
    const place = placeOf(/** @type {State} */ (page.store.get()));
    const wanted = { device: deviceName(), base: new URL(".", location.href).pathname, view: place.view, ...(place.scene ? { scene: place.scene } : {}), ...(passphrase ? { passphrase } : {}) };
    const [{ code, fence }, { address }] = await Promise.all([startLecture(wanted), getReach()]);
    goTo("present", code);
    once({ code, role: "presenter", mode: "presenting", mine: fence, fence, begun: true, fresh: true, address: address && `${address}/join/${code}`, place: place.scene ? place : null });
  }

  /** One press: a lecture begins at once, or where it is needed after a passphrase. */
  async function pressed() {
    if (busy || entered) return;
    busy = true;
    try {
      const { starters } = await getReach();
      if (starters === "passphrase") dialog.showModal();
      else await start();
    } catch (error) {
      const detail = error instanceof ProblemError ? error.message : words("notice.away");
      page.store.set({ notice: { kind: "bad", text: detail } });
    }
    busy = false;
  }

  async function tryPassphrase(event) {
    event.preventDefault();
    if (busy || entered) return;
    busy = true;
    try {
      await start(field.value);
      dialog.close();
    } catch (error) {
      markError(fault, error);
    }
    busy = false;
  }

  /** The key goes for a cookie: it works once, and stands nowhere any more, so a server that is away is asked again. */
  async function exchange(code, key) {
    for (let failures = 0; ; failures += 1) {
      try {
        return await exchangeKey(code, key, deviceName());
      } catch (error) {
        if (final(error)) throw error;
        await pause(waitAfter(failures), never);
      }
    }
  }

  async function present(code, key) {
    if (!code) return once({ code: null, phase: "unknown" });
    let denied = null;
    try {
      if (key) await exchange(code, key).catch((error) => { denied = error.message; });
      const { presenter, presenting, fence, holder, address } = await getLecture(code);
      const own = presenter ? { role: "presenter", mode: presenting ? "presenting" : "following", mine: presenting ? fence : null } : { denied: denied ?? words("lecture.not") };
      once({ code, fence, holder, address, ...own });
    } catch (error) {
      const unknown = error instanceof ProblemError && error.problem.status === 404;
      once({ code, denied, ...(unknown ? { phase: "unknown" } : {}) }); // and listens as anybody may
    }
  }

  const query = new URLSearchParams(location.search);
  const [join, presented] = ["join", "present"].map((name) => query.get(name));
  if (presented !== null) present(readCode(presented), takeKey());
  else if (join !== null) once({ code: readCode(join) ?? join, ...(readCode(join) ? ownSelf(readCode(join)) : { phase: "unknown" }) });
  return undoAll([
    listen(document, "click", ({ target }) => target.closest?.("[data-part=lecture]") && pressed()),
    listen(form, "submit", tryPassphrase),
    listen(dialog.querySelector("[data-part=cancel]"), "click", () => dialog.close()),
    () => text(fault, ""),
  ]);
}
