/**
 * What stands over the picture when the picture alone would mislead: the line is lost, the page crashed, it is over.
 * The last picture stays beneath, dimmed; the canvas is never simply dead.
 */
export class Cover {
  #element;
  #title;
  #text;
  #button;
  #act = () => {};

  constructor(element) {
    this.#element = element;
    const part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.#title = part("cover-title");
    this.#text = part("cover-text");
    this.#button = part("cover-button");
    this.#button.addEventListener("click", () => this.#act());
  }

  /** `kind` is for the looks, and for whoever asks what stands there. `action` is {label, act} or absent. */
  show({ kind, title, text = "", action = null }) {
    this.#element.dataset.kind = kind;
    this.#title.textContent = title;
    this.#text.textContent = text;
    this.#button.hidden = !action;
    this.#button.textContent = action?.label ?? "";
    this.#act = action?.act ?? (() => {});
    this.#element.hidden = false;
  }

  /** Whether it is there, and of that kind. */
  stands(kind) {
    return !this.#element.hidden && this.#element.dataset.kind === kind;
  }

  /** Takes the cover away; with `kinds`, only if it is one of these. */
  hide(...kinds) {
    if (!kinds.length || kinds.includes(this.#element.dataset.kind)) this.#element.hidden = true;
  }
}
