const HELD = 400;
const KEY = "KeyH";

/**
 * What hides the picture from everybody else, a button and Ctrl+Alt+Shift+H: pressed, until it is pressed again; held,
 * for as long as it is held. `onhide(on)` asks for it; what is so is shown when the server says it.
 */
export class Privacy {
  onhide = () => {};

  #button;
  #wished = false;
  #since = null; // a press that hides has begun, and lasts
  #hid = false; // the newest press hides: the click at its end is part of it
  #driving = false;
  #keyed = false; // the chord is down

  constructor(button) {
    this.#button = button;
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
    this.offer(false);
  }

  offer(offered) {
    this.#button.hidden = !offered;
  }

  /** The chord also works while nobody else is there yet. */
  drive(driving) {
    this.#driving = driving;
    this.#keyed = false;
    this.#since = null;
  }

  show(wished) {
    this.#wished = wished;
    this.#button.setAttribute("aria-pressed", String(wished));
  }

  #listen(verb) {
    this.#button[verb]("pointerdown", this.#down);
    this.#button[verb]("click", this.#clicked);
    window[verb]("pointerup", this.#up);
    window[verb]("pointercancel", this.#up);
    window[verb]("keydown", this.#keyDown, true); // before the picture's keyboard, which leaves it alone then
    window[verb]("keyup", this.#keyUp, true);
    window[verb]("blur", this.#keyLost);
  }

  // Hidden from the first moment of a press, not from its end.
  #down = () => {
    this.#hid = !this.#wished;
    if (!this.#hid) return;
    this.#since = performance.now();
    this.onhide(true);
  };

  // Wherever the press ends: whoever has slid off the button gets no click.
  #up = () => {
    if (this.#since !== null && performance.now() - this.#since > HELD) this.onhide(false);
    this.#since = null;
  };

  #keyDown = (event) => {
    const chord = event.code === KEY && event.ctrlKey && event.altKey && event.shiftKey;
    if (!this.#driving || !chord) return;
    event.preventDefault();
    if (event.repeat) return;
    this.#keyed = true;
    this.#down();
  };

  #keyUp = (event) => {
    if (!this.#keyed || event.code !== KEY) return;
    event.preventDefault();
    this.#keyed = false;
    this.#up();
    if (!this.#hid) this.onhide(!this.#wished);
  };

  // The window is left with the chord down: its end will not be heard.
  #keyLost = () => {
    if (this.#keyed && this.#since !== null) this.onhide(false);
    this.#keyed = false;
    this.#since = null;
  };

  // By the keyboard (no detail) it is a press of its own.
  #clicked = ({ detail }) => {
    if (!detail || !this.#hid) this.onhide(!this.#wished);
    this.#hid = false;
  };
}
