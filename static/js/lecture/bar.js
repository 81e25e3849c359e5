import { OURS, SERVERS, attrs, switchOff, text } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";
import { watchPage } from "./anew.js";
import { isOver } from "./log.js";

/** @import { State } from "../types.js" */
/** @import { Page } from "../page.js" */
/** @import { Part } from "./part.js" */
/** @import { Lecture } from "./room.js" */

const { keys: [key], names: [name] } = /** @type {any} */ (tables.keys.find(({ command }) => command === "toPresenter"));
const KEY = { title: name, "aria-keyshortcuts": key };

/** The number of the presenter's step, as the presenter's page counts them. */
const stepOf = ({ view }) => Number(view.at ?? view.step ?? 0) || 0;

/** Where the presenter is, for somebody who went on alone. */
function whereabouts(/** @type {State} */ state, /** @type {Lecture} */ lecture) {
  const { scene, view } = lecture;
  const step = stepOf(lecture);
  const alike = state.shown.id === scene && state.detail === (view.detail ?? "cell") && state.order === (view.order ?? "timestep");
  if (!alike) return words("lecture.where.elsewhere", { step });
  if (step === state.step) return words("lecture.where.here", { step });
  return words(step > state.step ? "lecture.where.ahead" : "lecture.where.behind", { step, count: Math.abs(step - state.step) });
}

/** What is amiss, or else what the presenter does with everybody's screen. */
function noteOf(/** @type {Lecture} */ { phase, link, unsent, held, stale, role, mine, frozen, blanked, mode, holder }) {
  if (phase === "ended") return words("lecture.ended");
  if (phase === "deleted") return words("lecture.deleted");
  if (stale) return words("lecture.stale");
  if (link !== "live" || unsent) return words(mine !== null ? "lecture.paused.presenter" : "lecture.paused");
  if (held) return words("lecture.held");
  if (mine !== null) return frozen ? words("lecture.frozen.presenter") : blanked ? words("lecture.blanked.presenter") : "";
  if (role === "presenter") return words("lecture.holder", { holder: holder || words("lecture.device.other") });
  if (blanked && mode === "exploring") return words("lecture.blanked.exploring");
  return frozen ? words("lecture.frozen") : "";
}

/** Under the header: the code, who takes part and how, what is amiss; and what this page can do about it. */
export function mountBar(root, /** @type {Page} */ page, /** @type {Part} */ { room, explore, back, takeOver }) {
  const { store } = room;
  const bar = root.querySelector("[data-part=bar]");
  const find = (name) => bar.querySelector(`[data-part=${name}]`);
  const parts = Object.fromEntries(["code", "mode", "where", "note", "counts", "switch", "hand", "nickname", "take", "freeze", "blank", "point"].map((name) => [name, find(name)]));
  const [student, presenter] = ["student", "presenter"].map(find);

  function drawCounts(/** @type {Lecture} */ { presence: { students, exploring = 0, raised = 0, hands = [] } }) {
    parts.counts.querySelector("[data-count=following]").textContent = words("lecture.following", { count: students - exploring });
    parts.counts.querySelector("[data-count=exploring]").textContent = words("lecture.exploring", { count: exploring });
    const hand = parts.counts.querySelector("[data-count=hands]");
    text(hand, words("lecture.hands", { count: Math.max(raised, hands.length) }));
    attrs(hand, { class: raised || hands.length ? "raised" : null });
  }

  function draw() {
    const lecture = store.get();
    const { mode, role, mine, code, hand, nickname, frozen, blanked, pointing, refused, denied } = lecture;
    const over = isOver(lecture);
    bar.hidden = !lecture.begun;
    attrs(document.body, { "data-lecture": bar.hidden ? document.body.dataset.lecture : mode });
    attrs(bar, { "data-role": mine === null ? "student" : "presenter" });
    text(parts.code, code);
    parts.mode.hidden = mine !== null || over;
    text(parts.mode, words(mode === "exploring" ? "lecture.mode.exploring" : "lecture.mode.following"));
    attrs(parts.mode, { "data-mode": lecture.link === "live" ? mode : "away" });
    text(parts.where, mode === "exploring" && !over ? whereabouts(/** @type {State} */ (page.store.get()), lecture) : "");
    text(parts.note, noteOf(lecture) || refused || denied || "");
    attrs(parts.note, noteOf(lecture) ? OURS : SERVERS);
    attrs(parts.note, { title: parts.note.textContent || null });
    student.hidden = mine !== null || over;
    presenter.hidden = mine === null || over;
    text(parts.switch, words(mode === "exploring" ? "lecture.back" : "lecture.explore"));
    attrs(parts.switch, mode === "exploring" ? { class: "primary", ...KEY } : { class: null, title: null, "aria-keyshortcuts": null });
    switchOff(parts.switch, mode !== "exploring" && !lecture.begun);
    parts.hand.hidden = role === "presenter";
    attrs(parts.hand, { "aria-pressed": String(hand) });
    parts.nickname.hidden = role === "presenter" || !hand;
    if (parts.nickname !== document.activeElement) parts.nickname.value = nickname;
    parts.take.hidden = role !== "presenter" || mine !== null;
    parts.counts.hidden = role !== "presenter" || over;
    drawCounts(lecture);
    for (const [button, on] of [[parts.freeze, frozen], [parts.blank, blanked], [parts.point, pointing]]) attrs(button, { "aria-pressed": String(on) });
  }

  const quietly = (done) => done.catch(() => {}); // the room has said why
  return undoAll([
    listen(parts.switch, "click", () => (store.get().mode === "exploring" ? back() : explore())),
    listen(parts.hand, "click", () => store.set({ hand: !store.get().hand })),
    listen(parts.nickname, "change", () => store.set({ nickname: parts.nickname.value.trim() })),
    listen(parts.take, "click", takeOver),
    listen(parts.freeze, "click", () => quietly(room.command("frozen", { frozen: !store.get().frozen }))),
    listen(parts.blank, "click", () => quietly(room.command("blanked", { blanked: !store.get().blanked }))),
    listen(parts.point, "click", () => store.set({ pointing: !store.get().pointing })),
    store.watch((lecture) => lecture, draw),
    watchPage(page, "watch", ({ shown, step, detail, order }) => [shown, step, detail, order], draw),
  ]);
}
