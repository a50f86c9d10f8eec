const ANSWERED_WITHIN = 10_000;

/** The buttons that take and give back control, and the state in words beside them. */
export class Control {
  ontake = () => {};
  onrelease = () => {};

  #take;
  #release;
  #words;
  #asking = 0;

  constructor({ take, release, words }) {
    this.#take = take;
    this.#release = release;
    this.#words = words;
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
    this.show({ words: this.#words.textContent, mayTake: false, driving: false });
  }

  /** What to offer and say now. `mayTake`: this person may ask for control; the server decides, and knows them on another device. */
  show({ words, mayTake, driving }) {
    // An unchanged sentence is left alone, or a screen reader says it again.
    if (this.#words.textContent !== words) this.#words.textContent = words;
    const held = document.activeElement === this.#take || document.activeElement === this.#release;
    this.#take.hidden = driving || !mayTake;
    this.#release.hidden = !driving;
    if (held && !driving && mayTake) this.#take.focus();
  }

  /** The question for control is answered, one way or the other. */
  settle() {
    clearTimeout(this.#asking);
    this.#take.disabled = false;
  }

  /** The way out of the picture leads here. */
  focus() {
    this.#release.focus();
  }

  /** What had the keyboard is gone with the end: it rests at the sentence that says so. */
  rest() {
    this.#words.tabIndex = -1;
    this.#words.focus({ preventScroll: true });
  }

  #listen(verb) {
    this.#take[verb]("click", this.#taken);
    this.#release[verb]("click", this.#released);
  }

  #taken = () => {
    this.#take.disabled = true;
    this.#asking = setTimeout(() => this.settle(), ANSWERED_WITHIN);
    this.ontake();
  };

  #released = () => {
    this.onrelease();
  };
}
