import { boxIn, extentIn, scrollIn } from "../layout.js";
import { overflows, panOf, scrollTo } from "../pan.js";
import { stepIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { panBy, zoomBy } from "../zoom.js";

const ROOM = 90; // px kept free around what happens now
const SLACK = 4; // px that a pointer may move in a click
const NOTCH = 25; // of a wheel counts no more than this at once: a notch of a mouse is 100, of a pinch on a touchpad 1 to 10
const PER_PIXEL = 0.012;

/** Brings a place into view, where the picture is larger than its window. */
function bring(store, place) {
  const state = store.get();
  const { viewport } = state;
  const extent = extentIn(state);
  if (!overflows(extent, viewport)) return;
  const scroll = scrollIn(state);
  const wanted = scrollTo(boxIn(state, place), scroll, viewport, ROOM);
  if (wanted.left !== scroll.left || wanted.top !== scroll.top) store.set({ pan: panOf(wanted, extent, viewport) });
}

/** Keeps what happens now in view; whoever is led sees what the presenter sees. */
function follow(store) {
  const { layer, timestep } = stepIn(store.get());
  if (timestep && !store.get().led) bring(store, { layer, timestep });
}

/** Dragging with a mouse moves the picture; a drag is no click. */
function mountDrag(window, store) {
  let from = null;
  let dragged = false;
  return undoAll([
    listen(window, "pointerdown", ({ pointerType, button, clientX, clientY, target }) => {
      dragged = false;
      const inside = target !== window; // its scroll bars are its own
      from = inside && pointerType === "mouse" && button === 0 && overflows(extentIn(store.get()), store.get().viewport) ? { x: clientX, y: clientY } : null;
    }),
    listen(window, "pointermove", ({ pointerId, clientX, clientY, buttons }) => {
      if (!from || !(buttons & 1)) return;
      const [dx, dy] = [from.x - clientX, from.y - clientY];
      if (!dragged && Math.abs(dx) + Math.abs(dy) < SLACK) return;
      if (!dragged) window.setPointerCapture(pointerId);
      dragged = true;
      from = { x: clientX, y: clientY };
      panBy(store, dx, dy);
    }),
    listen(window, "click", (event) => {
      if (dragged) event.stopPropagation();
      dragged = false;
    }, { capture: true }),
  ]);
}

/** Two fingers zoom, about their middle, and move. */
function mountPinch(window, store) {
  let before = null;
  let release = () => {};
  const fingers = ({ touches }) => {
    const [a, b] = touches;
    return { x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2, apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) };
  };

  function move(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const now = fingers(event);
    const { left, top } = window.getBoundingClientRect();
    zoomBy(store, now.apart / before.apart, { x: now.x - left, y: now.y - top });
    panBy(store, before.x - now.x, before.y - now.y);
    before = now;
  }

  /** A touch stays with what it began on, also when the picture is drawn anew without it: from there nothing comes up to the window. */
  function start(event) {
    release();
    if (event.touches.length !== 2) return;
    if (event.cancelable) event.preventDefault();
    before = fingers(event);
    const touched = new Set([...event.touches].map(({ target }) => target));
    release = undoAll([...touched].flatMap((node) => [
      listen(node, "touchmove", move, { passive: false }), listen(node, "touchend", () => release()), listen(node, "touchcancel", () => release()),
    ]));
  }

  return undoAll([listen(window, "touchstart", start, { passive: false }), () => release()]);
}

/** A wheel with Ctrl, or a pinch on a touchpad, zooms about the pointer; where the picture is wide alone, the wheel moves it along. */
function turn(window, store, event) {
  const state = store.get();
  const extent = extentIn(state);
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const { left, top } = window.getBoundingClientRect();
    const amount = Math.max(-NOTCH, Math.min(NOTCH, event.deltaY));
    zoomBy(store, Math.exp(-amount * PER_PIXEL), { x: event.clientX - left, y: event.clientY - top });
  } else if (!event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX) && extent.width > state.viewport.width + 1 && extent.height <= state.viewport.height + 1) {
    event.preventDefault();
    panBy(store, event.deltaY, 0);
  }
}

/** A new scene has a new extent, mostly of the same size: to look where the window stands would have the browser lay everything out. */
const sizesOf = ({ width, height, plot }) => [width, height, plot.x, plot.y, plot.width, plot.height];

/** The window over the picture: where it stands is a part of the view, whoever moves it. */
export function mountScroll(window, store) {
  let put = { left: 0, top: 0 }; // where the view last had the window stand: a scroll to there is no person's

  const away = ({ left, top }) => Math.abs(window.scrollLeft - left) >= 1 || Math.abs(window.scrollTop - top) >= 1;

  function apply() {
    const wanted = scrollIn(store.get());
    if (away(wanted)) window.scrollTo({ ...wanted, behavior: "instant" });
    put = { left: window.scrollLeft, top: window.scrollTop };
  }

  /** Where it was put, as far as a window that has grown since can reach: the browser moves it there by itself. */
  const kept = () => ({ left: Math.min(put.left, window.scrollWidth - window.clientWidth), top: Math.min(put.top, window.scrollHeight - window.clientHeight) });

  function scrolled() {
    const { viewport } = store.get();
    if (away(put) && away(kept())) store.set({ pan: panOf({ left: window.scrollLeft, top: window.scrollTop }, extentIn(store.get()), viewport) });
  }

  return undoAll([
    mountDrag(window, store),
    mountPinch(window, store),
    listen(window, "wheel", (event) => turn(window, store, event), { passive: false }),
    listen(window, "scroll", scrolled),
    listen(window, "focusin", ({ target }) => {
      const [layer, timestep] = target.closest?.("[role=gridcell]")?.dataset.address.split("/") ?? [];
      if (layer) bring(store, { layer, timestep: Number(timestep) });
    }),
    store.watch(({ step, detail, order }) => [step, detail, order], () => follow(store)),
    store.watch((state) => [state.pan, state.viewport, state.led && state.step, state.led, ...sizesOf(extentIn(state))], apply),
  ]);
}
