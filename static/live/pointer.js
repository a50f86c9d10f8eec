import { Pace, addTurns } from './pace.js';
import { Platform, platform } from './platform.js';
import { ALT, CONTROL, META, SHIFT } from './wire.js';

const LINE = 19;
const LEFT = 0;
const RIGHT = 2;
const LAST_BUTTON = 4;
const MOST_CLICKS = 10;

/**
 * Mouse and pen on the picture, in the picture's pixels, while grabbed. Touch is Touch's affair.
 *
 * Positions come from pointer events, which may be captured so that a drag that leaves the picture still ends;
 * presses come from mouse events, because only those count clicks and tell a second button apart.
 */
export class Pointer {
  onmove = () => {};
  onbutton = () => {};
  onwheel = () => {};
  onlost = () => {};

  #canvas;
  #toPicture;
  #mac;
  #held = new Map(); // the person's button → the one that the page was told
  #moves = new Pace((point) => this.onmove(point));
  #wheel = new Pace((turn) => this.#turn(turn), addTurns);

  constructor(canvas, toPicture, on = platform()) {
    this.#canvas = canvas;
    this.#toPicture = toPicture;
    this.#mac = on === Platform.MAC;
  }

  grab() {
    this.#listen("addEventListener");
  }

  ungrab() {
    this.#listen("removeEventListener");
    this.#moves.stop();
    this.#wheel.stop();
    this.#held.clear();
  }

  /** Everything that waits for its frame goes now. */
  flush() {
    this.#moves.flush();
    this.#wheel.flush();
  }

  #listen(verb) {
    this.#canvas[verb]("pointerdown", this.#captured);
    this.#canvas[verb]("pointermove", this.#moved);
    this.#canvas[verb]("pointercancel", this.#cancelled);
    this.#canvas[verb]("mousedown", this.#pressed);
    this.#canvas[verb]("mouseup", this.#released);
    this.#canvas[verb]("wheel", this.#turned, { passive: false });
    this.#canvas[verb]("contextmenu", this.#swallow);
    this.#canvas[verb]("auxclick", this.#swallow);
  }

  #captured = (event) => {
    if (isMouse(event)) this.#canvas.setPointerCapture(event.pointerId);
  };

  #moved = (event) => {
    if (!isMouse(event)) return;
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    if (inside || this.#held.size) this.#moves.push({ x, y });
  };

  #pressed = (event) => {
    event.preventDefault();
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    // A press in the letterbox is aimed at nothing; clamped to the edge it would hit something.
    if (!inside || event.button > LAST_BUTTON) return;
    this.flush();
    const button = this.#meant(event);
    this.#held.set(event.button, button);
    this.onbutton({ down: true, x, y, button, clicks: clicks(event), mods: this.#mods(event) });
  };

  #released = (event) => {
    event.preventDefault();
    const button = this.#held.get(event.button);
    if (button === undefined) return;
    this.#held.delete(event.button);
    this.flush();
    const { x, y } = this.#toPicture(event.clientX, event.clientY);
    this.onbutton({ down: false, x, y, button, clicks: clicks(event), mods: this.#mods(event) });
  };

  // A click with Ctrl is a Mac's right click.
  #meant(event) {
    return this.#mac && event.button === LEFT && event.ctrlKey ? RIGHT : event.button;
  }

  // Cmd does on a Mac what Ctrl does in the remote browser, which runs on Linux.
  #mods(event) {
    if (!this.#mac || event.type === "wheel") return modifiers(event);
    return event.altKey * ALT | event.metaKey * CONTROL | event.shiftKey * SHIFT;
  }

  #turned = (event) => {
    event.preventDefault();
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    if (!inside) return;
    const unit = this.#unit(event.deltaMode);
    this.#wheel.push({ x, y, dx: event.deltaX * unit, dy: event.deltaY * unit, mods: this.#mods(event) });
  };

  #turn(turn) {
    this.#moves.flush();
    this.onwheel(turn);
  }

  #unit(deltaMode) {
    if (deltaMode === WheelEvent.DOM_DELTA_LINE) return LINE;
    return deltaMode === WheelEvent.DOM_DELTA_PAGE ? this.#canvas.height : 1;
  }

  #cancelled = (event) => {
    if (!isMouse(event) || !this.#held.size) return;
    this.#held.clear();
    this.onlost();
  };

  #swallow = (event) => {
    event.preventDefault();
  };
}

function isMouse({ pointerType }) {
  return pointerType !== "touch" && pointerType !== "pen";
}

function clicks(event) {
  return Math.min(Math.max(event.detail, 1), MOST_CLICKS);
}

/** The wire's mask of the modifiers that are held during a mouse event. */
export function modifiers(event) {
  return event.altKey * ALT | event.ctrlKey * CONTROL | event.metaKey * META | event.shiftKey * SHIFT;
}

