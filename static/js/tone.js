const LOWEST = 110; // Hz: a loss that is nearly nothing
const OCTAVES_PER_DECADE = 1; // the loss is heard as it is drawn, by its logarithm
const FLOOR = 1e-3;
const DECADES = 6; // higher than these nobody wants to hear a loss, nor can every loudspeaker
const LOUDNESS = 0.05;
const GLIDE = 0.03; // s

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
      const decades = Math.min(DECADES, Math.log10(Math.max(loss, FLOOR) / FLOOR));
      oscillator.frequency.setTargetAtTime(LOWEST * 2 ** (OCTAVES_PER_DECADE * decades), context.currentTime, GLIDE);
      volume.gain.setTargetAtTime(LOUDNESS, context.currentTime, GLIDE);
    },
    rest() {
      volume?.gain.setTargetAtTime(0, context.currentTime, GLIDE);
    },
    end() {
      context?.close();
    },
  };
}
