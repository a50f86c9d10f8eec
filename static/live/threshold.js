import { post } from './post.js';

const UNREACHED = "The server cannot be reached. Try again.";
const SAID = Object.freeze({
  404: "This link does not open anything any more: it has been answered, was withdrawn, or its time has run out.",
  429: "Too many tries. Wait a minute, then try again.",
});

/**
 * The button that opens a framed view. The pass that its press brings goes to `onopen` with a ticket, and is kept
 * nowhere: browsers that block other sites' cookies allow a page in a frame no storage either.
 */
export class Threshold {
  onopen = () => {};
  onrefused = () => {};

  #form;
  #button;
  #trouble;

  constructor(form, trouble) {
    this.#form = form;
    this.#button = form.querySelector("button");
    this.#trouble = trouble;
  }

  /** Before this a press would send the form by itself, and leave the page. */
  start() {
    this.#form.addEventListener("submit", this.#pressed);
    this.#button.disabled = false;
  }

  #pressed = async (event) => {
    event.preventDefault();
    this.#button.disabled = true;
    this.#trouble.textContent = "";
    try {
      this.#answered(await post(this.#form.action, new FormData(this.#form), {}));
    } catch {
      this.#trouble.textContent = UNREACHED;
    }
    this.#button.disabled = false;
  };

  #answered({ status, body }) {
    if (status === 200) {
      this.onopen(body);
    } else {
      this.#trouble.textContent = SAID[status] ?? body.detail ?? UNREACHED;
      this.onrefused(this.#trouble.textContent);
    }
  }
}
