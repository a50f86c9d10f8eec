/**
 * Lets the first of a burst through at once and what follows once per animation frame, merged into one.
 * So nothing waits without need, and a mouse that reports 1,000 times a second costs 60 messages.
 */
export class Pace {
  #deliver;
  #merge;
  #waiting = null;
  #frame = 0;

  constructor(deliver, merge = (older, newer) => newer) {
    this.#deliver = deliver;
    this.#merge = merge;
  }

  push(value) {
    if (!this.#frame) this.#pass(value);
    else this.#waiting = this.#waiting === null ? value : this.#merge(this.#waiting, value);
  }

  /** Delivers what waits now: before a button, so that the press lands where the pointer is. */
  flush() {
    if (this.#waiting === null) return;
    const value = this.#waiting;
    this.#waiting = null;
    this.#deliver(value);
  }

  /** Forgets what waits and returns it (or null): it may hold something that wants closing. */
  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const left = this.#waiting;
    this.#waiting = null;
    return left;
  }

  #pass(value) {
    this.#frame = requestAnimationFrame(this.#tick);
    this.#deliver(value);
  }

  #tick = () => {
    this.#frame = 0;
    if (this.#waiting === null) return;
    const value = this.#waiting;
    this.#waiting = null;
    this.#pass(value);
  };
}

/** Two turns of a wheel as one, where the newer was. */
export function addTurns(older, newer) {
  return { ...newer, dx: older.dx + newer.dx, dy: older.dy + newer.dy };
}
