/**
 * Control that goes from one to another: the questions of those who watch, and the driver's answers, one at a time.
 * `onask()` asks whoever drives, `onhand(viewer)` gives control up for that viewer, `onkeep(viewer)` tells them that it
 * is kept, `ontakeback()` is for those whose role stands above the driver's.
 */
export class Handing {
  onask = () => {};
  onhand = () => {};
  onkeep = () => {};
  ontakeback = () => {};

  #ask;
  #takeBack;
  #asked;
  #words;
  #asking = new Map(); // who would like to drive, by name; the first is asked about

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
    this.#asking.set(viewer, name || "A guest");
    this.#show();
  }

  /** Those who are here: whoever has left wants nothing any more. */
  meet(people) {
    const here = new Set(people.map(({ viewer }) => viewer));
    for (const viewer of this.#asking.keys()) if (!here.has(viewer)) this.#asking.delete(viewer);
    this.#show();
  }

  forget() {
    this.#asking.clear();
    this.#show();
  }

  #show() {
    const [name] = this.#asking.values();
    this.#asked.hidden = !name;
    const sentence = name ? `${name} asks for control.` : "";
    if (this.#words.textContent !== sentence) this.#words.textContent = sentence;
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
    const [viewer] = this.#asking.keys();
    this.#asking.delete(viewer);
    this.#show();
    if (answer === "hand") this.onhand(viewer);
    else this.onkeep(viewer);
  };
}
