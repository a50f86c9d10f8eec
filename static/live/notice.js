const SHOWN_FOR = 10_000;

/** Sentences that pass: said once in a live region, gone after a while. */
export class Notice {
  #element;
  #timer = 0;

  constructor(element) {
    this.#element = element;
  }

  say = (sentence) => {
    clearTimeout(this.#timer);
    this.#element.textContent = sentence;
    this.#timer = setTimeout(() => this.clear(), SHOWN_FOR);
  };

  clear() {
    clearTimeout(this.#timer);
    this.#element.textContent = "";
  }
}
