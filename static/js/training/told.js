import { IDLE, latestOf } from "../trainer.js";

/** @import { EpochRecord, TrainingState } from "../trainer.js" */

const PHASES = ["starting", "queued", "running", "ended"];
const COUNTS = ["first", "last", "batches", "place", "began"];
const TEXTS = ["reason", "problem"];

const isCount = (value) => Number.isFinite(value) && value >= 0;
const isRecord = (record) => isCount(record?.epoch) && isCount(record.updates) && Number.isFinite(record.loss) && (record.accuracy === null || Number.isFinite(record.accuracy));

/** A training as others are told of it: how far it is, and of its epochs the first, the last and the one that is shown. @returns {string | null} */
export function writeTraining(/** @type {TrainingState | null} */ training, updates) {
  if (!training || training.phase === "idle") return null;
  const { phase, first, last, batches, place, began, left, inside, reason, problem, records } = training;
  const shown = records.find((record) => record.updates === updates);
  const told = [...new Set([records[0], shown, latestOf(training)])].filter(Boolean);
  return JSON.stringify({
    phase, first, last, batches, place, began: Math.round(began), left: left === null ? null : Math.ceil(left), inside, reason, problem,
    records: told.map((record) => ({ epoch: record.epoch, updates: record.updates, loss: record.loss, accuracy: record.accuracy })),
  });
}

/** What such a text says; what cannot be read is no training. It is another page's: this one cannot stop it, and does not follow it by itself. @returns {TrainingState} */
export function readTraining(text) {
  let said;
  try {
    said = JSON.parse(text ?? "null");
  } catch {
    said = null;
  }
  const { inside } = said ?? {};
  const whole = PHASES.includes(said?.phase) && COUNTS.every((name) => isCount(said[name])) && TEXTS.every((name) => said[name] === null || typeof said[name] === "string")
    && (said.left === null || isCount(said.left)) && (inside === null || ["epoch", "batch", "batches", "loss"].every((name) => isCount(inside?.[name])))
    && Array.isArray(said.records) && said.records.every(isRecord);
  return whole ? { ...IDLE, ...said, id: null } : IDLE;
}
