/**
 * Control that goes from one to another: the question of somebody who watches, and the driver's answer to it.
 * `onask()` asks whoever drives, `onhand(viewer)` gives control up for that viewer, `ontakeback()` is for those whose
 * role stands above the driver's.
 */
export class Handing {
  onask = () => {};
  onhand = () => {};
  ontakeback = () => {};

  #ask;
  #takeBack;
  #asked;
  #words;
  #viewer = null;

  constructor({ ask, takeBack, asked }) {
    this.#ask = ask;
    this.#takeBack = takeBack;
    this.#asked = asked;
    this.#words = asked.querySelector("p");
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
    this.offer(false, false);
    this.forget();
  }

  /** Somebody else drives: whether this person may ask, and whether they need not. */
  offer(asking, taking) {
    this.#ask.hidden = !asking;
    this.#takeBack.hidden = !taking;
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

  #listen(verb) {
    this.#ask[verb]("click", this.#wanted);
    this.#takeBack[verb]("click", this.#taken);
    this.#asked[verb]("click", this.#answered);
  }

  #wanted = () => this.onask();

  #taken = () => this.ontakeback();

  #answered = ({ target }) => {
    const answer = target.closest("button")?.value;
    if (!answer) return;
    const viewer = this.#viewer;
    this.forget();
    if (answer === "hand") this.onhand(viewer);
  };
}
