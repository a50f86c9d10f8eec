const HELD = 400;

/**
 * The key that hides the picture from everybody else: pressed, until it is pressed again; held, for as long as it is
 * held. `onhide(on)` asks for it; what is so is shown when the server says it.
 */
export class Privacy {
  onhide = () => {};

  #button;
  #wished = false;
  #since = null;

  constructor(button) {
    this.#button = button;
  }

  start() {
    this.#button.addEventListener("pointerdown", this.#down);
    this.#button.addEventListener("click", this.#clicked);
    addEventListener("pointerup", this.#up);
    addEventListener("pointercancel", this.#up);
  }

  stop() {
    removeEventListener("pointerup", this.#up);
    removeEventListener("pointercancel", this.#up);
    this.offer(false);
  }

  offer(offered) {
    this.#button.hidden = !offered;
  }

  show(wished) {
    this.#wished = wished;
    this.#button.setAttribute("aria-pressed", String(wished));
  }

  // Hidden from the first moment of a press, not from its end.
  #down = () => {
    if (this.#wished) return;
    this.#since = performance.now();
    this.onhide(true);
  };

  #up = () => {
    if (this.#since !== null && performance.now() - this.#since > HELD) this.onhide(false);
  };

  #clicked = () => {
    if (this.#since === null) this.onhide(!this.#wished);
    this.#since = null;
  };
}
