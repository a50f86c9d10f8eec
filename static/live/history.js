/** Back, forward and reload of the remote page, for the one who drives. */
export class History {
  ongo = () => {};

  #bar;

  constructor(bar) {
    this.#bar = bar;
  }

  drive(driving) {
    this.#bar.hidden = !driving;
    this.#bar[driving ? "addEventListener" : "removeEventListener"]("click", this.#pressed);
  }

  #pressed = (event) => {
    const to = event.target.closest("[data-go]")?.dataset.go;
    if (to) this.ongo(to);
  };
}
