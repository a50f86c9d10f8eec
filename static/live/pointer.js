import { Pace } from './pace.js';

const LINE = 19;
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
  #held = new Set();
  #moves = new Pace((point) => this.onmove(point));
  #wheel = new Pace((turn) => this.#turn(turn), (older, newer) => ({ ...newer, dx: older.dx + newer.dx, dy: older.dy + newer.dy }));

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
    if (event.pointerType !== "touch") this.#canvas.setPointerCapture(event.pointerId);
  };

  #moved = (event) => {
    if (event.pointerType === "touch") return;
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    if (inside || this.#held.size) this.#moves.push({ x, y });
  };

  #pressed = (event) => {
    event.preventDefault();
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    // A press in the letterbox is aimed at nothing; clamped to the edge it would hit something.
    if (!inside || event.button > LAST_BUTTON) return;
    this.flush();
    this.#held.add(event.button);
    this.onbutton({ down: true, x, y, button: event.button, clicks: clicks(event), mods: modifiers(event) });
  };

  #released = (event) => {
    event.preventDefault();
    if (!this.#held.delete(event.button)) return;
    this.flush();
    const { x, y } = this.#toPicture(event.clientX, event.clientY);
    this.onbutton({ down: false, x, y, button: event.button, clicks: clicks(event), mods: modifiers(event) });
  };

  #turned = (event) => {
    event.preventDefault();
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    if (!inside) return;
    const unit = this.#unit(event.deltaMode);
    this.#wheel.push({ x, y, dx: event.deltaX * unit, dy: event.deltaY * unit, mods: modifiers(event) });
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
    if (event.pointerType === "touch" || !this.#held.size) return;
    this.#held.clear();
    this.onlost();
  };

  #swallow = (event) => {
    event.preventDefault();
  };
}

function clicks(event) {
  return Math.min(Math.max(event.detail, 1), MOST_CLICKS);
}

/** The wire's mask of the modifiers that are held during a mouse event. */
export function modifiers(event) {
  return event.altKey * 1 | event.ctrlKey * 2 | event.metaKey * 4 | event.shiftKey * 8;
}

