import { ProblemError, answered } from "./server.js";

const LONGEST_WAIT = 20_000; // ms before another try
const FIRST_WAIT = 500;
const BUSY = 429;
const PACE = 2000; // ms between two questions, where no stream comes through

/** @typedef {{kind: string, id: string | undefined, data: any}} ServerEvent */

/** A wait that ends early where nobody needs it any more. */
export function pause(wait, signal) {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, wait);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(undefined);
    }
    signal.addEventListener("abort", done);
  });
}

/** How long to wait after so many failures: no two pages share it. */
export const waitAfter = (failures, first = FIRST_WAIT) => Math.random() * Math.min(LONGEST_WAIT, first * 2 ** failures);

/** The fields of a block as it stands in a stream, by their names; comments have none. */
function fieldsOf(block) {
  const fields = {};
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]+):? ?(.*)$/.exec(line) ?? [];
    if (name) fields[name] = name === "data" && fields.data !== undefined ? `${fields.data}\n${value}` : value;
  }
  return fields;
}

/** The blocks of one connection, as they come; one that is silent for too long is given up, and one whose first event is late, which is told. */
async function* blocksOf(path, last, signal, { silence = Infinity, patience = Infinity, late = () => {} }) {
  const quiet = new AbortController();
  let timer;
  const first = patience < Infinity ? setTimeout(() => {
    late();
    quiet.abort();
  }, patience) : undefined;
  const hear = () => {
    clearTimeout(timer);
    if (silence < Infinity) timer = setTimeout(() => quiet.abort(), silence);
  };
  hear();
  try {
    const response = await answered(await fetch(path, { headers: last ? { "Last-Event-ID": last } : {}, signal: AbortSignal.any([signal, quiet.signal]) }));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      hear();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const fields of blocks.map(fieldsOf)) {
        if (fields.data !== undefined) clearTimeout(first);
        yield fields;
      }
    }
  } finally {
    clearTimeout(first);
    clearTimeout(timer);
    quiet.abort(); // whoever stops reading leaves no connection behind
  }
}

/** Is the server further than what was heard? An id is "epoch:offset". */
function behind({ kind, data }, last) {
  if (kind !== "heartbeat" || !last) return false;
  const [epoch, offset] = last.split(":");
  return data.epoch !== epoch || data.offset > Number(offset);
}

/** Will it be the same answer however often one asks? */
export const final = (error) => error instanceof ProblemError && error.problem.status < 500 && error.problem.status !== BUSY;

/**
 * Server-sent events, over one connection after another: it comes back to where it was, after a wait that grows and that no two pages share. Where something on the
 * way holds the stream back, it asks again and again for what there is, until a stream comes through.
 *
 * @param {() => string} path asked before every connection
 * @param {{signal: AbortSignal, ending?: string | null, tries?: number, silence?: number, patience?: number, changed?: (heard: boolean, why?: any, held?: boolean) => void}} how
 *   `ending` is the kind of the last event; a connection is lost after `silence` ms, and `tries` in a row are all; a stream is held back whose first event is not there
 *   after `patience` ms; `changed` is told when it is lost and why, when it is back, and whether the stream is held back
 */
export function openEvents(path, { signal, ending = null, tries = Infinity, silence = Infinity, patience = Infinity, changed = () => {} }) {
  let last = null;
  let first = FIRST_WAIT;
  let within = 0; // ms over which all pages spread, when the server starts anew
  let failures = 0;
  let held = false;
  let round = new AbortController();

  const both = () => AbortSignal.any([signal, round.signal]);

  /** The events of one answer. @returns {AsyncGenerator<ServerEvent>} */
  async function* heard(blocks) {
    for await (const fields of blocks) {
      failures = 0;
      changed(true, null, held);
      if (/^\d+$/.test(fields.retry)) first = Math.min(LONGEST_WAIT, Number(fields.retry));
      if (fields.data === undefined) continue;
      const event = { kind: fields.event, id: fields.id, data: JSON.parse(fields.data) };
      last = event.id ?? last;
      if (event.kind === "restart") within = event.data.within * 1000;
      yield event;
      if (behind(event, last)) return round.abort();
    }
  }

  function late() {
    held = true;
    probe();
  }

  const stream = () => blocksOf(path(), last, both(), { silence, patience, late });

  /** What there is now: an answer that ends by itself. */
  function asked() {
    const about = new URLSearchParams({ ...(last ? { last_event_id: last } : {}), wait: "0" });
    const to = path();
    return blocksOf(`${to}${to.includes("?") ? "&" : "?"}${about}`, null, both(), { silence });
  }

  /** Does a stream come through? */
  async function flows() {
    try {
      for await (const { data } of blocksOf(path(), last, signal, { silence, patience })) if (data !== undefined) return true;
    } catch {
      // it does not, or the server is away
    }
    return false;
  }

  /** Tries streams beside the questions, until one comes through. */
  async function probe() {
    for (let misses = 0; held && !signal.aborted; misses += 1) {
      await pause(waitAfter(misses, first), signal);
      if (signal.aborted || !await flows()) continue;
      held = false;
      round.abort();
    }
  }

  const wait = () => (within ? Math.random() * within : waitAfter(failures, first));

  async function* events() {
    while (failures < tries) {
      let why = null;
      const asking = held;
      round = new AbortController();
      try {
        for await (const event of heard(asking ? asked() : stream())) {
          yield event;
          if (event.kind === ending) return;
        }
      } catch (error) {
        if (signal.aborted || final(error)) throw error;
        why = error;
      }
      if (asking && !why && !within) await pause(PACE * (0.5 + Math.random()), both());
      else if (!round.signal.aborted && asking === held) {
        changed(false, why, held);
        await pause(wait(), both());
        failures += 1;
      }
      within = 0;
      signal.throwIfAborted();
    }
    throw new TypeError("The server cannot be reached.");
  }

  return {
    events: events(),
    /** Asks anew at once, from where it was: the path has changed, or the network is back. */
    again: () => round.abort(),
  };
}
