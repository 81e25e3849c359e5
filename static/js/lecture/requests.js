import { getJson, sendJson } from "../server.js";

const at = (code, path = "") => `api/lectures/${encodeURIComponent(code)}${path}`;

/** @returns {Promise<{code: string, key: string, epoch: string, offset: number, fence: number}>} */
export const startLecture = (wanted) => sendJson("POST", "api/lectures", wanted);
/** @returns {Promise<{code: string, title: string, presenter: boolean, presenting: boolean, fence: number, holder: string, address: string | null, ended: boolean}>} */
export const getLecture = (code) => getJson(at(code));
export const deleteLecture = (code) => sendJson("DELETE", at(code));
/** @returns {Promise<{address: string | null, starters: string}>} */
export const getReach = () => getJson("api/reach");
/** @returns {Promise<{fence: number, holder: string}>} */
export const exchangeKey = (code, key, device) => sendJson("POST", at(code, "/presenter"), { key, device });
/** @returns {Promise<{key: string, address: string, qr: string}>} */
export const makeKey = (code) => sendJson("POST", at(code, "/keys"), {});
/** @returns {Promise<{epoch: string, offset: number}>} */
export const sendCommand = (code, command) => sendJson("POST", at(code, "/commands"), command);
/** Where a listener who says this about itself hears the lecture. */
export const eventsAt = (code, about) => `${at(code, "/events")}?${new URLSearchParams(about)}`;
/** The QR code of the address to join at. */
export const qrAt = (code) => at(code, "/qr.svg");
