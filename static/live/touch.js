import { Pace, addTurns } from './pace.js';

const SLOP = 10;
const LONG_PRESS = 600;
const DOUBLE_TAP = 350;
const DOUBLE_TAP_REACH = 30;
const PINCH = 24; // pixels by which the way between two fingers changes before they pinch
const TWO = new Set(["paired", "scrolling", "pinching"]);
const LEFT = 0;
const RIGHT = 2;

/**
 * Fingers on the picture, told as a mouse: a tap is a click, two quick taps a double click, a long press a right
 * click, a finger that moves drags (sliders, puzzle pieces), two fingers scroll, or enlarge the picture (`onpinch`).
 *
 * A gesture is one of: waiting (a finger is down, nothing is decided), dragging, spent; paired (two are, nothing is
 * decided), scrolling, pinching.
 */
export class Touch {
  onmove = () => {};
  onbutton = () => {};
  onwheel = () => {};
  onlost = () => {};
  ontap = () => {};
  onpinch = () => {};

  /** Two fingers move by so much in the window; what this returns is left for the page to scroll. */
  onslide = (dx, dy) => ({ dx, dy });

  #canvas;
  #toPicture;
  #fingers = new Map();
  #gesture = "spent";
  #start = null;
  #apart = 0;
  #middle = null;
  #press = 0;
  #tap = { at: -Infinity, clientX: 0, clientY: 0, clicks: 0 };
  #moves = new Pace((point) => this.onmove(point));
  #wheel = new Pace((turn) => this.onwheel(turn), addTurns);

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
    else if (this.#gesture === "waiting" || this.#isOfTwo()) this.#pair();
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
    finger.clientX = event.clientX;
    finger.clientY = event.clientY;
    if (this.#gesture === "waiting" && distance(event, this.#start) > SLOP) this.#drag();
    if (this.#gesture === "dragging") this.#moves.push(this.#point(event));
    if (this.#isOfTwo()) this.#move();
  };

  #pair() {
    this.#become("paired");
    this.#apart = this.#reach();
    this.#middle = this.#between();
  }

  /** One of two fingers or more has moved: do they part, or go the same way? */
  #move() {
    const reach = this.#reach();
    const middle = this.#between();
    if (this.#gesture === "paired" && Math.abs(reach - this.#apart) > PINCH) this.#become("pinching");
    if (this.#gesture === "paired" && distance(middle, this.#middle) > SLOP) this.#become("scrolling");
    if (this.#gesture === "paired") return;
    const left = this.onslide(middle.clientX - this.#middle.clientX, middle.clientY - this.#middle.clientY);
    this.#middle = middle;
    if (this.#gesture === "scrolling") this.#scroll(left);
    else this.onpinch(reach / this.#apart, middle.clientX, middle.clientY);
    this.#apart = reach;
  }

  /** How far the first two fingers are apart. */
  #reach() {
    const [one, other] = this.#fingers.values();
    return other ? Math.max(distance(one, other), 1) : this.#apart;
  }

  /** The point between all fingers. */
  #between() {
    const fingers = [...this.#fingers.values()];
    const mean = (side) => fingers.reduce((sum, finger) => sum + finger[side], 0) / fingers.length;
    return { clientX: mean("clientX"), clientY: mean("clientY") };
  }

  #isOfTwo() {
    return TWO.has(this.#gesture);
  }

  #drag() {
    this.#become("dragging");
    this.#button(true, this.#start, LEFT, 1);
  }

  #scroll({ dx, dy }) {
    const { x, y } = this.#start;
    const scale = this.#canvas.width / this.#canvas.getBoundingClientRect().width;
    if (dx || dy) this.#wheel.push({ x, y, dx: -dx * scale, dy: -dy * scale, mods: 0 });
  }

  #lifted = (event) => {
    if (!this.#fingers.delete(event.pointerId)) return;
    if (this.#gesture === "waiting") this.#click(LEFT, this.#clicks(event));
    else if (this.#isOfTwo() && this.#fingers.size) this.#become("spent");
    if (this.#gesture === "dragging") this.#button(false, this.#point(event), LEFT, 1);
    this.flush();
    if (!this.#fingers.size) this.#become("spent");
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
    if (button === LEFT) this.ontap(this.#start);
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
