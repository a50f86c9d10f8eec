const RELOAD = Object.freeze({ go: "reload", label: "Reload" });
const STOP = Object.freeze({ go: "stop", label: "Stop loading" });

/** Back, forward, and reload or stop of the remote page, for the one who drives. */
export class History {
  ongo = () => {};

  #bar;

  constructor(bar) {
    this.#bar = bar;
  }

  /** What the tab in front has: `back` and `forward` are absent where the server does not say. */
  show({ loading = false, back = true, forward = true } = {}) {
    this.#button("back").disabled = !back;
    this.#button("forward").disabled = !forward;
    const { go, label } = loading ? STOP : RELOAD;
    const last = this.#bar.lastElementChild;
    if (last.dataset.go === go) return;
    last.dataset.go = go;
    last.title = label;
    last.setAttribute("aria-label", label);
  }

  drive(driving) {
    this.#bar.hidden = !driving;
    this.#bar[driving ? "addEventListener" : "removeEventListener"]("click", this.#pressed);
  }

  #button(to) {
    return this.#bar.querySelector(`[data-go="${to}"]`);
  }

  #pressed = (event) => {
    const to = event.target.closest("[data-go]")?.dataset.go;
    if (to) this.ongo(to);
  };
}
