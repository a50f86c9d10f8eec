/**
 * The pictures of an execution, large, one after the other: arrow keys, a swipe, or the buttons; Escape goes back to the
 * small one that was pressed. The dialog's markup comes with the page.
 */
const FAR = 40; // pixels that make a swipe

export class Gallery {
  #dialog;
  #image;
  #words;
  #shots = [];
  #at = 0;
  #from = null;

  constructor(dialog) {
    this.#dialog = dialog;
    this.#image = dialog.querySelector("img");
    this.#words = dialog.querySelector("[data-words]");
  }

  start() {
    document.addEventListener("click", this.#pressed);
    this.#dialog.addEventListener("click", this.#turned);
    this.#dialog.addEventListener("keydown", this.#key);
    this.#dialog.addEventListener("close", () => document.getElementById(this.#shots[this.#at]?.id)?.focus());
    this.#image.addEventListener("pointerdown", ({ clientX }) => { this.#from = clientX; });
    this.#image.addEventListener("pointerup", this.#swiped);
  }

  #pressed = (event) => {
    const link = event.target.closest("a.shot[id]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#shots = [...document.querySelectorAll("a.shot[id]")];
    this.#show(this.#shots.indexOf(link));
    this.#dialog.showModal();
  };

  #turned = (event) => {
    const button = event.target.closest("[data-turn]");
    if (button) this.#turn(Number(button.dataset.turn));
    else if (event.target === this.#dialog) this.#dialog.close();
  };

  #key = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#turn(step);
  };

  #swiped = ({ clientX }) => {
    const way = clientX - (this.#from ?? clientX);
    this.#from = null;
    if (Math.abs(way) > FAR) this.#turn(way < 0 ? 1 : -1);
  };

  #turn(step) {
    this.#show(Math.max(0, Math.min(this.#shots.length - 1, this.#at + step)));
  }

  #show(at) {
    this.#at = at;
    const shot = this.#shots[at];
    this.#image.src = shot.href;
    this.#image.alt = shot.querySelector("img").alt;
    this.#words.textContent = `${this.#image.alt} (${at + 1} of ${this.#shots.length})`;
    for (const button of this.#dialog.querySelectorAll("[data-turn]")) {
      button.disabled = !this.#shots[at + Number(button.dataset.turn)];
    }
  }
}
