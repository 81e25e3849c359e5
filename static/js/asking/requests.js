import { sendJson } from "../server.js";

const at = (code, path) => `api/lectures/${encodeURIComponent(code)}/${path}`;

/** Makes this browser a participant, by a cookie; nobody needs a name. */
export const takePart = (code, nickname) => sendJson("PUT", at(code, "participant"), nickname ? { nickname } : {});
/** @returns {Promise<{poll: string, choice: string}>} the answer in the form in which it is counted */
export const sendVote = (code, poll, choice) => sendJson("PUT", at(code, `polls/${encodeURIComponent(poll)}/vote`), { choice });
/** Where the answers of a lecture stand as a table. */
export const resultsAt = (code) => at(code, "results");
