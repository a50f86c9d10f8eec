import { CONTROL, SHIFT } from './wire.js';

const STEPS = Object.freeze([50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200]);
const KEYS = Object.freeze({ "+": 1, "=": 1, "-": -1, _: -1, 0: 0 });

/** How large the remote page is drawn, as a browser zooms: by buttons, or Ctrl with plus, minus and 0. */
export class PageZoom {
  onzoom = () => {};

  #now;
  #percent = 100;

  constructor(box) {
    this.#now = box.querySelector("output");
    for (const button of box.querySelectorAll("button")) button.addEventListener("click", () => this.#step(Number(button.value)));
  }

  /** What the server says that it is. */
  show({ percent }) {
    this.#percent = percent;
    this.#now.textContent = `${percent} %`;
  }

  /** True where this key is for the zoom, and not for the page. */
  takes({ down, key, mods }) {
    if (!(key in KEYS) || (mods | SHIFT) !== (CONTROL | SHIFT)) return false;
    if (down) this.#step(KEYS[key]);
    return true;
  }

  #step(way) {
    const larger = STEPS.find((step) => step > this.#percent);
    const smaller = STEPS.findLast((step) => step < this.#percent);
    const percent = way > 0 ? larger : way < 0 ? smaller : 100;
    if (percent !== undefined && percent !== this.#percent) this.onzoom(percent);
  }
}
