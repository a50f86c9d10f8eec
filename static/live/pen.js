import { Pace } from './pace.js';
import { modifiers } from './pointer.js';

const DOUBLE_TAP = 350;
const REACH = 10;

// What is pressed → the button that it is to a page: the tip, and the one at its side.
const BUTTONS = Object.freeze({ 0: 0, 2: 2 });

/**
 * A stylus on the picture while grabbed: it draws, with its pressure and tilt, and hovers. Told by pointer events alone,
 * for the mouse events that browsers make of a pen come late, or only of a tap. `ontap(point)` when it is lifted.
 */
export class Pen {
  onmove = () => {};
  onbutton = () => {};
  onlost = () => {};
  ontap = () => {};

  #canvas;
  #toPicture;
  #held = null;
  #clicks = 0;
  #tap = { at: -Infinity, clientX: 0, clientY: 0 };
  #moves = new Pace((point) => this.onmove(point));

  constructor(canvas, toPicture) {
    this.#canvas = canvas;
    this.#toPicture = toPicture;
  }

  grab() {
    this.#listen("addEventListener");
  }

  ungrab() {
    this.#listen("removeEventListener");
    this.#moves.stop();
    this.#held = null;
  }

  flush() {
    this.#moves.flush();
  }

  #listen(verb) {
    this.#canvas[verb]("pointerdown", this.#pressed);
    this.#canvas[verb]("pointermove", this.#moved);
    this.#canvas[verb]("pointerup", this.#lifted);
    this.#canvas[verb]("pointercancel", this.#cancelled);
  }

  #pressed = (event) => {
    if (event.pointerType !== "pen") return;
    event.preventDefault(); // no made-up mouse events: they would press a second time
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    if (!inside || this.#held !== null || !(event.button in BUTTONS)) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.flush();
    this.#held = BUTTONS[event.button];
    this.#count(event);
    this.#button(true, { x, y, pen: held(event) }, event);
  };

  #moved = (event) => {
    if (event.pointerType !== "pen") return;
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    if (inside || this.#held !== null) this.#moves.push({ x, y, pen: held(event) });
  };

  #lifted = (event) => {
    if (event.pointerType !== "pen" || this.#held === null) return;
    this.flush();
    const { x, y } = this.#toPicture(event.clientX, event.clientY);
    this.#button(false, { x, y, pen: held(event) }, event);
    this.#held = null;
    this.ontap({ x, y });
  };

  #cancelled = (event) => {
    if (event.pointerType !== "pen" || this.#held === null) return;
    this.#held = null;
    this.onlost();
  };

  #count({ timeStamp, clientX, clientY }) {
    const near = Math.hypot(clientX - this.#tap.clientX, clientY - this.#tap.clientY) < REACH;
    this.#clicks = near && timeStamp - this.#tap.at < DOUBLE_TAP ? (this.#clicks % 3) + 1 : 1;
    this.#tap = { at: timeStamp, clientX, clientY };
  }

  #button(down, point, event) {
    this.onbutton({ down, ...point, button: this.#held, clicks: this.#clicks, mods: modifiers(event) });
  }
}

/** How a pen is held: pressure, tilt to the right, tilt towards its holder, turn. */
function held({ pressure, tiltX, tiltY, twist }) {
  return [Math.round(pressure * 1_000) / 1_000, tiltX, tiltY, twist];
}
