import { attrs, html, text } from "../dom.js";
import { save } from "../export/save.js";
import { setField } from "../fields.js";
import { grouped } from "../format.js";
import { listen, undoAll } from "../store.js";
import { plainAddress } from "../whereabouts.js";
import { words } from "../words.js";
import { scoreOf } from "../asking/answers.js";
import { clock } from "./recording.js";

/** @import { Recording, Track } from "./recording.js" */

/** The bar of a recording: play, pause, how fast, where in time, the questions on the way, and what to do beside it. */
export function mountBar(root, { store, player, back, explore, own }, /** @type {Recording} */ recording, /** @type {Track} */ track, /** @type {string} */ file) {
  const bar = root.querySelector("[data-part=bar]");
  const find = (name) => bar.querySelector(`[data-part=${name}]`);
  const [title, mode, play, moment, time, ticks, speed, skip, ask, questions, score, side, note, download, leave] =
    ["title", "mode", "play", "moment", "time", "ticks", "speed", "skip", "ask", "questions", "score", "switch", "note", "download", "leave"].map(find);

  attrs(moment, { max: Math.max(1, Math.ceil(track.duration)) });
  ticks.replaceChildren(...track.marks.map(({ at }) => html("i", { style: `inset-inline-start: ${(100 * at) / Math.max(1, track.duration)}%` })));
  questions.replaceChildren(questions.options[0], ...track.marks.map(({ at, text: asked }, i) => html("option", { value: i }, words("replay.question", { time: clock(at), question: asked }))));
  questions.parentElement.hidden = track.marks.length === 0;
  ask.closest("label").hidden = track.marks.length === 0;
  text(title, recording.title || words("replay.of", { code: recording.code }));

  function draw() {
    const { time: now, playing, speed: fast, skip: skips, ask: asks } = player.store.get();
    const { mode: part, refused, polls, blanked } = store.get();
    const said = words("replay.time", { now: clock(now), all: clock(track.duration) });
    bar.hidden = false;
    attrs(document.body, { "data-lecture": part });
    if (document.activeElement !== moment || playing) moment.value = String(Math.floor(now));
    attrs(moment, { "aria-valuetext": said });
    text(time, said);
    attrs(play, { "aria-label": words(playing ? "replay.pause" : "replay.play"), title: words(playing ? "replay.pause" : "replay.play"), class: playing ? "key play on" : "key play" });
    setField(speed, String(fast));
    [skip.checked, ask.checked] = [skips, asks];
    text(mode, words(part === "exploring" ? "replay.exploring" : "replay.following"));
    attrs(mode, { "data-mode": part });
    text(side, words(part === "exploring" ? "replay.back" : "replay.explore"));
    attrs(side, { class: part === "exploring" ? "primary" : null });
    const { asked, right } = scoreOf(polls, own);
    text(score, asked ? words("replay.score", { right: grouped(right), asked: grouped(asked) }) : "");
    text(note, refused ?? (blanked ? words("replay.blanked") : ""));
  }

  return undoAll([
    listen(play, "click", () => {
      if (store.get().mode === "exploring") back();
      player.toggle();
    }),
    listen(moment, "input", () => player.seek(Number(moment.value))),
    listen(speed, "change", () => player.store.set({ speed: Number(speed.value) })),
    listen(skip, "change", () => player.store.set({ skip: skip.checked })),
    listen(ask, "change", () => player.store.set({ ask: ask.checked })),
    listen(questions, "change", () => {
      const mark = track.marks[Number(questions.value)];
      questions.value = "";
      if (mark) player.seek(mark.at);
    }),
    listen(side, "click", () => (store.get().mode === "exploring" ? back() : explore())),
    listen(download, "click", () => save(new Blob([file], { type: "application/json" }), `lecture-${recording.code}.json`)),
    listen(leave, "click", () => {
      location.href = plainAddress();
    }),
    player.store.watch((playing) => playing, draw),
    store.watch((lecture) => lecture, draw),
  ]);
}
