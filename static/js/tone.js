const LOWEST = 110; // Hz: a loss that is nearly nothing
const OCTAVES_PER_DECADE = 1; // the loss is heard as it is drawn, by its logarithm
const FLOOR = 1e-3;
const DECADES = 6; // higher than these nobody wants to hear a loss, nor can every loudspeaker
const LOUDNESS = 0.05;
const GLIDE = 0.03; // s
const TUNE = 2; // s, in which a whole training is heard
const NOTES = 60;

/** The height of a loss, in Hz. */
const pitchOf = (loss) => LOWEST * 2 ** (OCTAVES_PER_DECADE * Math.min(DECADES, Math.log10(Math.max(loss, FLOOR) / FLOOR)));

/** A tone whose height is the logarithm of a loss; it begins with the first loss, and rests when nothing is learnt. */
export function createTone() {
  let context = null;
  let oscillator = null;
  let volume = null;

  function open() {
    context = new AudioContext();
    oscillator = context.createOscillator();
    volume = context.createGain();
    volume.gain.value = 0;
    oscillator.connect(volume).connect(context.destination);
    oscillator.start();
  }

  return {
    sound(loss) {
      if (!context) open();
      oscillator.frequency.setTargetAtTime(pitchOf(loss), context.currentTime, GLIDE);
      volume.gain.setTargetAtTime(LOUDNESS, context.currentTime, GLIDE);
    },
    /** All losses of a training one after another; of many, some. */
    tune(losses) {
      if (!losses.length) return;
      if (!context) open();
      const notes = Math.min(NOTES, losses.length);
      const start = context.currentTime;
      for (let i = 0; i < notes; i += 1) {
        const loss = losses[Math.floor(((i + 1) * losses.length) / notes) - 1];
        oscillator.frequency.setTargetAtTime(pitchOf(loss), start + (i * TUNE) / notes, GLIDE);
      }
      volume.gain.setTargetAtTime(LOUDNESS, start, GLIDE);
      volume.gain.setTargetAtTime(0, start + TUNE, GLIDE);
    },
    rest() {
      volume?.gain.setTargetAtTime(0, context.currentTime, GLIDE);
    },
    end() {
      context?.close();
    },
  };
}
