import assert from "node:assert/strict";
import { test } from "node:test";
import { createTone } from "../../static/js/tone.js";

/** A loudspeaker that writes down what it is to play. */
function listening() {
  const heard = { pitch: null, volume: null, closed: false };
  globalThis.AudioContext = class {
    currentTime = 0;
    destination = {};
    createOscillator() {
      return { frequency: { setTargetAtTime: (hertz) => (heard.pitch = hertz) }, connect: (to) => to, start() {} };
    }
    createGain() {
      return { gain: { value: 0, setTargetAtTime: (volume) => (heard.volume = volume) }, connect: (to) => to };
    }
    close() {
      heard.closed = true;
    }
  };
  return heard;
}

test("a loss is heard by its logarithm, an octave for each power of ten, within what can be heard", () => {
  const heard = listening();
  const tone = createTone();
  const pitchOf = (loss) => {
    tone.sound(loss);
    return heard.pitch;
  };
  assert.deepEqual([1e-3, 1e-2, 1].map((loss) => Math.round(pitchOf(loss))), [110, 220, 880]);
  assert.equal(pitchOf(0), 110);
  assert.equal(pitchOf(1e9), 110 * 2 ** 6);
  assert.ok(pitchOf(0.7) > pitchOf(0.6));
});

test("a tone begins with the first loss, rests without one, and is gone with its view", () => {
  const heard = listening();
  const tone = createTone();
  tone.rest();
  assert.deepEqual(heard, { pitch: null, volume: null, closed: false });
  tone.sound(0.5);
  assert.ok(heard.volume > 0);
  tone.rest();
  assert.equal(heard.volume, 0);
  tone.end();
  assert.ok(heard.closed);
});

test("a training that was over in no time is heard afterwards, from its first loss to its last", () => {
  const heard = listening();
  const pitches = [];
  const tone = createTone();
  tone.tune([]);
  assert.equal(heard.volume, null);
  const losses = Array.from({ length: 1000 }, (_, i) => 1 - i / 1000);
  Object.defineProperty(heard, "pitch", { set: (hertz) => pitches.push(Math.round(hertz)) });
  tone.tune(losses);
  assert.equal(pitches.length, 60);
  assert.deepEqual(pitches, pitches.toSorted((a, b) => b - a));
  assert.equal(pitches.at(-1), 110);
  assert.equal(heard.volume, 0, "and rests");
});
