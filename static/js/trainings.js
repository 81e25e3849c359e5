import { getJson, sendJson } from "./server.js";

/** @import { Scene } from "./types.js" */

/** What the server says of trainings and of what they learn from. */
export const getDataSets = async () => (await getJson("api/datasets")).datasets;
export const getDataSet = (id) => getJson(`api/datasets/${encodeURIComponent(id)}`);
export const sendTable = (text) => sendJson("POST", "api/datasets/table", { text });
/** @returns {Promise<{id: string, first: number, last: number, batches: number}>} */
export const startTraining = (/** @type {Scene} */ scene, epochs) => sendJson("POST", `api/trainings?epochs=${epochs}`, scene);
export const stopTraining = (id) => sendJson("DELETE", `api/trainings/${id}`);
export const getPredictions = (id) => getJson(`api/traces/${id}/predictions`);
