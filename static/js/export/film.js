import { listen } from "../store.js";
import { imageOf } from "./drawing.js";

/** @import { Drawing } from "./drawing.js" */

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];
const BITS = 8_000_000; // a second: letters stay sharp
const FRAME = 100; // ms: a picture is filmed again and again while it stands, for a busy machine leaves frames out
const PATIENCE = 20_000; // ms without a byte, after which there is no film
const LARGEST = { width: 1600, height: 1200 };
const SUBTITLE = { height: 84, size: 19, line: 27, margin: 24 };

const SMALLEST = 0.5; // of its size: smaller, the numbers of a grid are not read

/** How large a film is, at most twice the page's size. */
const scaleOf = ({ width, height }) => Math.min(2, LARGEST.width / width, LARGEST.height / (height + SUBTITLE.height));

/** Can the numbers of a picture be read in a film? */
export const legible = (size) => scaleOf(size) >= SMALLEST;

/** How this browser films; undefined where it cannot. */
export const filmType = () => ("MediaRecorder" in window && "captureStream" in HTMLCanvasElement.prototype ? TYPES.find((type) => MediaRecorder.isTypeSupported(type)) : undefined);

/** Waits so long, or until it is called off. */
function pause(time, signal) {
  signal.throwIfAborted();
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      stop();
      done(undefined);
    }, time);
    const stop = listen(signal, "abort", () => {
      clearTimeout(timer);
      failed(signal.reason);
    }, { once: true });
  });
}

/** A sentence in as many lines as its width asks for. */
function linesOf(context, sentence, width) {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The canvas of a film, as large as its widest picture: `draw` puts a picture and its sentence on it, `touch` makes it new without a change. */
function createScreen(/** @type {Drawing} */ { width, height }) {
  const scale = scaleOf({ width, height });
  const canvas = document.createElement("canvas");
  const even = (length) => 2 * Math.round((length * scale) / 2); // codecs count pixels by pairs
  [canvas.width, canvas.height] = [even(width), even(height + SUBTITLE.height)];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);

  async function draw(/** @type {Drawing} */ drawing, sentence) {
    const image = await imageOf(drawing, scale);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, (canvas.width - image.width) / 2, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = color;
    context.textAlign = "center";
    context.font = `${SUBTITLE.size}px ${fontFamily}`;
    linesOf(context, sentence, width - 2 * SUBTITLE.margin).forEach((line, i) => context.fillText(line, width / 2, height + SUBTITLE.margin + i * SUBTITLE.line));
    context.fillStyle = backgroundColor;
  }

  return { canvas, draw, touch: () => context.fillRect(0, 0, 0.5, 0.5) };
}

/** A MediaRecorder on a screen: it keeps the clock's time, so it is told when to look. */
function createCamera({ canvas, touch }, signal) {
  const [track] = /** @type {CanvasCaptureMediaStreamTrack[]} */ (canvas.captureStream(0).getVideoTracks());
  const recorder = new MediaRecorder(new MediaStream([track]), { mimeType: filmType(), videoBitsPerSecond: BITS });
  const pieces = [];
  let written = 0;
  const finished = new Promise((done, failed) => {
    recorder.ondataavailable = ({ data }) => {
      pieces.push(data);
      written += data.size;
    };
    recorder.onstop = done;
    recorder.onerror = failed;
  });
  finished.catch(() => {}); // heard when the film is asked for
  recorder.start(FRAME);
  return {
    /** Films what is on the screen until a moment, and until something of it is written: a slow machine makes a slow film, not one with holes. */
    async hold(moment) {
      const before = written;
      const given = Math.max(moment, performance.now()) + PATIENCE;
      do {
        if (performance.now() > given || recorder.state === "inactive") throw new Error("The browser does not film.");
        touch();
        track.requestFrame();
        await pause(FRAME, signal);
      } while (performance.now() < moment || written === before);
    },
    async stop() {
      if (recorder.state !== "inactive") recorder.stop();
      await finished;
      track.stop();
      return new Blob(pieces, { type: "video/webm" });
    },
  };
}

/**
 * Films pictures as they are shown, one a beat.
 *
 * @param {{count: number, frame: (i: number) => Promise<{drawing: Drawing, sentence: string}>, beat: number}} what
 * @param {{signal: AbortSignal, progress: (share: number) => void}} job
 * @returns {Promise<Blob>}
 */
export async function film({ count, frame, beat }, { signal, progress }) {
  const screen = createScreen((await frame(count - 1)).drawing); // with gradients a grid is at its widest
  const camera = createCamera(screen, signal);
  try {
    for (let i = 0; i < count; i += 1) {
      const began = performance.now();
      const { drawing, sentence } = await frame(i);
      await screen.draw(drawing, sentence);
      await camera.hold(began + beat);
      progress((i + 1) / count);
    }
  } catch (error) {
    await camera.stop();
    throw error;
  }
  return camera.stop();
}
