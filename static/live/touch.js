import { Pace } from './pace.js';

const SLOP = 10;
const LONG_PRESS = 600;
const DOUBLE_TAP = 350;
const DOUBLE_TAP_REACH = 30;
const LEFT = 0;
const RIGHT = 2;

/**
 * Fingers on the picture, told as a mouse: a tap is a click, two quick taps a double click, a long press a right
 * click, a finger that moves drags (sliders, puzzle pieces), two fingers scroll.
 *
 * A gesture is one of: waiting (a finger is down, nothing is decided), dragging, scrolling, spent.
 */
export class Touch {
  onmove = () => {};
  onbutton = () => {};
  onwheel = () => {};
  onlost = () => {};

  #canvas;
  #toPicture;
  #fingers = new Map();
  #gesture = "spent";
  #start = null;
  #press = 0;
  #tap = { at: -Infinity, clientX: 0, clientY: 0, clicks: 0 };
  #moves = new Pace((point) => this.onmove(point));
  #wheel = new Pace((turn) => this.onwheel(turn), (older, newer) => ({ ...newer, dx: older.dx + newer.dx, dy: older.dy + newer.dy }));

  constructor(canvas, toPicture) {
    this.#canvas = canvas;
    this.#toPicture = toPicture;
  }

  grab() {
    this.#listen("addEventListener");
  }

  ungrab() {
    this.#listen("removeEventListener");
    clearTimeout(this.#press);
    this.#moves.stop();
    this.#wheel.stop();
    this.#fingers.clear();
    this.#gesture = "spent";
  }

  flush() {
    this.#moves.flush();
    this.#wheel.flush();
  }

  #listen(verb) {
    this.#canvas[verb]("pointerdown", this.#touched);
    this.#canvas[verb]("pointermove", this.#moved);
    this.#canvas[verb]("pointerup", this.#lifted);
    this.#canvas[verb]("pointercancel", this.#cancelled);
  }

  #touched = (event) => {
    if (event.pointerType !== "touch") return;
    event.preventDefault(); // no made-up mouse events: they would click a second time
    this.#fingers.set(event.pointerId, { clientX: event.clientX, clientY: event.clientY });
    if (this.#fingers.size === 1) this.#wait(event);
    else if (this.#gesture === "waiting") this.#become("scrolling");
  };

  #wait(event) {
    this.#become("waiting");
    this.#start = { ...this.#toPicture(event.clientX, event.clientY), clientX: event.clientX, clientY: event.clientY };
    if (!this.#start.inside) this.#become("spent");
    else this.#press = setTimeout(() => this.#click(RIGHT, 1), LONG_PRESS);
  }

  #moved = (event) => {
    const finger = this.#fingers.get(event.pointerId);
    if (!finger) return;
    const before = { ...finger };
    finger.clientX = event.clientX;
    finger.clientY = event.clientY;
    if (this.#gesture === "waiting" && distance(event, this.#start) > SLOP) this.#drag();
    if (this.#gesture === "dragging") this.#moves.push(this.#point(event));
    if (this.#gesture === "scrolling") this.#scroll(before, finger);
  };

  #drag() {
    this.#become("dragging");
    this.#button(true, this.#start, LEFT, 1);
  }

  #scroll(before, finger) {
    const { x, y } = this.#start;
    const share = 1 / this.#fingers.size;
    const scale = this.#canvas.width / this.#canvas.getBoundingClientRect().width;
    const dx = (before.clientX - finger.clientX) * share * scale;
    const dy = (before.clientY - finger.clientY) * share * scale;
    this.#wheel.push({ x, y, dx, dy, mods: 0 });
  }

  #lifted = (event) => {
    if (!this.#fingers.delete(event.pointerId)) return;
    if (this.#gesture === "waiting") this.#click(LEFT, this.#clicks(event));
    if (this.#gesture === "dragging") this.#button(false, this.#point(event), LEFT, 1);
    this.flush();
    if (this.#gesture !== "scrolling" || !this.#fingers.size) this.#become("spent");
  };

  #cancelled = (event) => {
    if (!this.#fingers.delete(event.pointerId)) return;
    if (this.#gesture === "dragging") this.onlost();
    this.#become("spent");
  };

  #clicks(event) {
    const again = event.timeStamp - this.#tap.at < DOUBLE_TAP && distance(event, this.#tap) < DOUBLE_TAP_REACH;
    const clicks = again ? this.#tap.clicks % 3 + 1 : 1;
    this.#tap = { at: event.timeStamp, clientX: event.clientX, clientY: event.clientY, clicks };
    return clicks;
  }

  #click(button, clicks) {
    this.#become("spent");
    this.onmove({ x: this.#start.x, y: this.#start.y });
    this.#button(true, this.#start, button, clicks);
    this.#button(false, this.#start, button, clicks);
  }

  #button(down, { x, y }, button, clicks) {
    this.flush();
    this.onbutton({ down, x, y, button, clicks, mods: 0 });
  }

  #point(event) {
    const { x, y } = this.#toPicture(event.clientX, event.clientY);
    return { x, y };
  }

  #become(gesture) {
    clearTimeout(this.#press);
    this.#gesture = gesture;
  }
}

function distance(one, other) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}
