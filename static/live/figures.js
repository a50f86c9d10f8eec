import { nameOf } from './picture.js';

const EVERY = 1_000;

/** On request: how late, how often and how large the pictures come. Asks by `onask()`, once a second while it is shown. */
export class Figures {
  onask = () => {};

  #element;
  #switch;
  #timer = 0;
  #since = 0;
  #pictures = 0;
  #bytes = 0;

  constructor(element, toggle) {
    this.#element = element;
    this.#switch = toggle;
  }

  start() {
    this.#switch.addEventListener("change", this.#toggled);
  }

  stop() {
    this.#switch.removeEventListener("change", this.#toggled);
    clearInterval(this.#timer);
  }

  /** A frame has arrived. */
  count(frame) {
    this.#bytes += frame.data.length;
    if (frame.y === 0) this.#pictures += 1;
  }

  /** The server's part of it. */
  show({ kind, coarse, fastest, delay }) {
    const seconds = (performance.now() - this.#since) / 1_000;
    const said = {
      delay: `${delay} ms`,
      pictures: `${Math.round(this.#pictures / seconds)} of at most ${fastest} a second`,
      rate: rate(this.#bytes / seconds),
      kind: `${nameOf(kind)}${coarse ? ", coarse" : ""}`,
    };
    for (const [name, text] of Object.entries(said)) this.#element.querySelector(`[data-figure="${name}"]`).textContent = text;
    this.#begin();
  }

  #begin() {
    this.#since = performance.now();
    this.#pictures = this.#bytes = 0;
  }

  #toggled = () => {
    this.#element.hidden = !this.#switch.checked;
    clearInterval(this.#timer);
    if (!this.#switch.checked) return;
    this.#element.scrollIntoView({ block: "nearest" });
    this.#begin();
    this.#timer = setInterval(() => this.onask(), EVERY);
  };
}

function rate(bytes) {
  return bytes < 999_500 ? `${Math.round(bytes / 1_000)} KB a second` : `${(bytes / 1_000_000).toFixed(1)} MB a second`;
}
