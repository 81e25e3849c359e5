import { createTrace } from "./trace.js";

const LENGTH_BYTES = 8;

/** Reads exactly as much as it is asked for, from chunks of any size. */
function byteReader(stream) {
  const reader = stream.getReader();
  let rest = new Uint8Array(0);
  return {
    /** Fills target, telling after every piece how much of it is there. */
    async fill(target, arrived = (_) => {}) {
      let at = 0;
      while (at < target.length) {
        if (!rest.length) {
          const { done, value } = await reader.read();
          if (done) throw new TypeError("The trace ended before its last number.");
          rest = value;
        }
        const piece = rest.subarray(0, target.length - at);
        target.set(piece, at);
        rest = rest.subarray(piece.length);
        at += piece.length;
        if (!rest.length || at === target.length) arrived(at);
      }
      return target;
    },
  };
}

/**
 * Reads a trace as it arrives: safetensors is a length, a JSON header, and the tensors one after another.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {(trace: import("./trace.js").Trace) => void} arrived called with what is there, whenever there is more
 */
export async function readTrace(stream, arrived) {
  const bytes = byteReader(stream);
  const length = Number(new DataView((await bytes.fill(new Uint8Array(LENGTH_BYTES))).buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...tensors } = JSON.parse(new TextDecoder().decode(await bytes.fill(new Uint8Array(length))));
  const layout = JSON.parse(metadata.layout);
  const size = Math.max(...Object.values(tensors).map(({ data_offsets: [, end] }) => end));
  const data = new Uint8Array(size);

  await bytes.fill(data, (here) => {
    arrived(createTrace(layout, (name) => {
      const tensor = tensors[name];
      if (!tensor || tensor.data_offsets[1] > here) return null;
      const [start, end] = tensor.data_offsets;
      return new Float64Array(data.buffer, start, (end - start) / Float64Array.BYTES_PER_ELEMENT);
    }));
  });
}
