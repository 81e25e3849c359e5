/** Zoom and pan as numbers: where a window of this size stands over a picture of that size. Pure functions. */

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const brief = (value) => Math.round(value * 1e5) / 1e5;

/**
 * @typedef {{width: number, height: number, plot: {x: number, y: number, width: number, height: number}}} Extent the picture, and the part of it that grows with the zoom
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Pan what of the plot stands in the middle of the window, as shares; null is the upper left corner
 */

/** Where the window is scrolled to. */
export function scrollOf(/** @type {Pan | null} */ pan, /** @type {Extent} */ { width, height, plot }, /** @type {Size} */ window) {
  if (!pan) return { left: 0, top: 0 };
  return {
    left: clamp(plot.x + pan.x * plot.width - window.width / 2, 0, Math.max(0, width - window.width)),
    top: clamp(plot.y + pan.y * plot.height - window.height / 2, 0, Math.max(0, height - window.height)),
  };
}

/** The other way round. @returns {Pan} */
export function panOf({ left, top }, /** @type {Extent} */ { plot }, /** @type {Size} */ window) {
  return { x: brief((left + window.width / 2 - plot.x) / plot.width), y: brief((top + window.height / 2 - plot.y) / plot.height) };
}

/** The pan after a zoom that leaves the point of the window where it is. */
export function panAround(point, scroll, /** @type {Extent} */ before, /** @type {Extent} */ after, /** @type {Size} */ window) {
  const kept = (along, from, start) => after.plot[along] + ((start + point[along] - before.plot[along]) / before.plot[from]) * after.plot[from] - point[along];
  const wanted = { left: kept("x", "width", scroll.left), top: kept("y", "height", scroll.top) };
  return panOf({ left: clamp(wanted.left, 0, Math.max(0, after.width - window.width)), top: clamp(wanted.top, 0, Math.max(0, after.height - window.height)) }, after, window);
}

/** The scroll that brings a box, with some room around it, into the window: the nearest one. */
export function scrollTo(box, scroll, /** @type {Size} */ window, room) {
  const near = (from, size, start, extent) => Math.min(Math.max(start, from + size + room - extent), from - room);
  return { left: Math.max(0, near(box.x, box.width, scroll.left, window.width)), top: Math.max(0, near(box.y, box.height, scroll.top, window.height)) };
}

/** Does the picture reach beyond its window? Half a pixel is rounding. */
export const overflows = (/** @type {Extent} */ { width, height }, /** @type {Size} */ window) => width > window.width + 0.5 || height > window.height + 0.5;
