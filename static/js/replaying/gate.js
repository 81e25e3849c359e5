import { OURS, SERVERS, mark, text } from "../dom.js";
import { readCode } from "../lecture/code.js";
import { ProblemError, answered } from "../server.js";
import { listen, undoAll } from "../store.js";
import { plainAddress } from "../whereabouts.js";
import { words } from "../words.js";
import { readRecording } from "./recording.js";
import { mountReplay } from "./replay.js";

/** @import { Page } from "../page.js" */

export const FROM_FILE = "file"; // what stands in the address of a page that plays a file

/** The recording of a lecture that the server has, as text. */
const getRecording = async (code) => (await answered(await fetch(`api/lectures/${encodeURIComponent(code)}/recording`))).text();

/** How a recording is opened: the one that the address names, a file, or another one by its code. */
export function mountGate(/** @type {HTMLElement} */ root, /** @type {Page} */ page) {
  const gate = /** @type {HTMLDialogElement} */ (root.querySelector("dialog"));
  const find = (name) => /** @type {any} */ (gate.querySelector(`[data-part=${name}]`));
  const [said, fault, file, form] = ["said", "fault", "file", "form"].map(find);
  const code = form.querySelector("input");
  const wanted = new URLSearchParams(location.search).get("replay");
  let unmount = /** @type {(() => void) | null} */ (null);

  const refuse = (sentence, language = OURS) => {
    text(said, "");
    mark(fault, sentence, language);
  };

  /** Plays what a text says, or says why it cannot; what is played already stays. */
  function play(/** @type {string} */ source) {
    const read = readRecording(source);
    if ("fault" in read) return refuse(words(`replay.fault.${read.fault}`, read.values));
    unmount?.();
    const query = new URLSearchParams(location.search);
    if (!query.get("replay")) query.set("replay", FROM_FILE);
    history.replaceState(null, "", `${location.pathname}?${query}`);
    gate.close();
    unmount = mountReplay(root, page, read.recording, source);
  }

  function open(sentence = "") {
    text(said, sentence);
    mark(fault, null);
    if (!gate.open) gate.showModal();
  }

  async function fetched() {
    const known = readCode(wanted ?? "");
    if (!known) return open(wanted === FROM_FILE ? words("replay.again") : "");
    open(words("replay.opening"));
    try {
      play(await getRecording(known));
    } catch (error) {
      if (error instanceof ProblemError) refuse(error.message, SERVERS);
      else refuse(words("notice.away"));
    }
  }

  if (wanted !== null) fetched();
  return undoAll([
    listen(document, "click", ({ target }) => target.closest?.("[data-opens=recording]") && open()),
    listen(file, "change", async () => {
      const [chosen] = file.files;
      file.value = ""; // the same file can be chosen again
      if (chosen) play(await chosen.text());
    }),
    listen(form, "submit", (event) => {
      event.preventDefault();
      const known = readCode(code.value);
      if (!known) return refuse(words("replay.code.wrong"));
      const query = new URLSearchParams(location.search);
      query.set("replay", known);
      location.search = String(query);
    }),
    listen(gate, "close", () => {
      if (!unmount && wanted !== null) location.href = plainAddress(); // there is nothing on this page but what was not opened
    }),
    () => unmount?.(),
  ]);
}
