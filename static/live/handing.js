/**
 * Control that goes from one to another: the question of somebody who watches, and the driver's answer to it.
 * `onask()` asks whoever drives, `onhand(viewer)` gives control up for that viewer.
 */
export class Handing {
  onask = () => {};
  onhand = () => {};

  #ask;
  #asked;
  #words;
  #viewer = null;

  constructor(ask, asked) {
    this.#ask = ask;
    this.#asked = asked;
    this.#words = asked.querySelector("p");
  }

  start() {
    this.#ask.addEventListener("click", this.#wanted);
    this.#asked.addEventListener("click", this.#answered);
  }

  stop() {
    this.#ask.removeEventListener("click", this.#wanted);
    this.#asked.removeEventListener("click", this.#answered);
    this.offer(false);
    this.forget();
  }

  offer(offered) {
    this.#ask.hidden = !offered;
  }

  /** Somebody would like to drive. */
  hear({ viewer, name }) {
    this.#viewer = viewer;
    this.#words.textContent = `${name || "A guest"} asks for control.`;
    this.#asked.hidden = false;
  }

  forget() {
    this.#viewer = null;
    this.#asked.hidden = true;
  }

  #wanted = () => this.onask();

  #answered = ({ target }) => {
    const answer = target.closest("button")?.value;
    if (!answer) return;
    const viewer = this.#viewer;
    this.forget();
    if (answer === "hand") this.onhand(viewer);
  };
}
