const ANSWERED = "hitl.offer";

/**
 * The question whether this device shall ring: put once, after a first alert was answered, when it is plain what it is
 * good for; never on load. The answer is remembered here, and the button says yes or no later on, too.
 */
export class Offer {
  #box;
  #button;

  constructor(box, button) {
    this.#box = box;
    this.#button = button;
  }

  start() {
    this.#box.querySelector("[data-offer-yes]").addEventListener("click", this.#accept);
    this.#box.querySelector("[data-offer-no]").addEventListener("click", this.#done);
    this.#button.addEventListener("click", this.#done);
  }

  make() {
    const open = "Notification" in window && Notification.permission === "default" && !localStorage.getItem(ANSWERED);
    this.#box.hidden = !open;
  }

  #accept = () => this.#button.click();

  #done = () => {
    localStorage.setItem(ANSWERED, "yes");
    this.#box.hidden = true;
  };
}
