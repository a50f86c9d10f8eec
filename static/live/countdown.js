const ANNOUNCED = Object.freeze([[300, "5 minutes left."], [60, "1 minute left."]]);

/**
 * The time that is left, by the server's clock: the person's own may be wrong by hours.
 * A timer read aloud every second would be torture, so `onannounce` speaks at five minutes and at one.
 */
export class Countdown {
  onannounce = () => {};

  #element;
  #deadline = null;
  #held = false;
  #offset = 0;
  #left = Infinity;
  #ticking = 0;

  constructor(element) {
    this.#element = element;
  }

  start() {
    this.#ticking = setInterval(this.#tick, 1_000);
  }

  stop() {
    clearInterval(this.#ticking);
    this.#element.hidden = true;
  }

  /** `deadline` and `now` as ISO dates; no deadline, no countdown. While `held`, the clock stands still. */
  show({ deadline, now, held }) {
    if (now) this.#offset = Date.parse(now) - Date.now();
    if (deadline !== this.#deadline) this.#left = Infinity;
    this.#deadline = deadline;
    this.#held = held;
    this.#tick();
  }

  #tick = () => {
    this.#element.hidden = !this.#deadline;
    if (!this.#deadline) return;
    const left = Math.max(0, Math.round((Date.parse(this.#deadline) - Date.now() - this.#offset) / 1_000));
    this.#element.textContent = this.#held ? "Clock paused" : left ? `${inWords(left)} left` : "Time is up";
    this.#element.dataset.urgent = !this.#held && left <= 60;
    if (!this.#held) this.#announce(left);
  };

  #announce(left) {
    for (const [mark, sentence] of ANNOUNCED) {
      if (this.#left > mark && this.#left !== Infinity && left <= mark) this.onannounce(sentence);
    }
    this.#left = left;
  }
}

function inWords(seconds) {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (hours) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
