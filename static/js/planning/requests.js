import { getJson, sendJson } from "../server.js";

/** @import { Plan } from "./plan.js" */

const language = () => `language=${document.documentElement.lang}`;

/** @returns {Promise<{plans: {name: string, title: string, steps: number}[]}>} */
export const getPlans = () => getJson(`api/plans?${language()}`);
/** @returns {Promise<Plan>} */
export const getPlan = (name) => getJson(`api/plans/${encodeURIComponent(name)}?${language()}`);
/** @returns {Promise<Plan>} */
export const getLecturePlan = (code) => getJson(`api/lectures/${encodeURIComponent(code)}/plan`);
export const putLecturePlan = (code, /** @type {Plan} */ plan) => sendJson("PUT", `api/lectures/${encodeURIComponent(code)}/plan`, plan);
