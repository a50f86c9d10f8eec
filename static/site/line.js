const PATIENCE = 3_000;

/** Says in words when this page is no longer up to date; a break that mends itself at once is not mentioned. */
export class Line {
  #element;
  #late = 0;
  #final = false;

  constructor(element) {
    this.#element = element;
  }

  stands(well) {
    if (this.#final) return;
    if (well) {
      clearTimeout(this.#late);
      this.#late = 0;
      this.#element.textContent = "";
    } else this.#late ||= setTimeout(() => this.#say("The line to hitl is broken. This page tries again by itself; until then it may be up to 20 seconds behind."), PATIENCE);
  }

  unreachable() {
    if (!this.#final) this.#say("hitl cannot be reached. What you see may be out of date; this page tries again by itself.");
  }

  signedOut() {
    this.#final = true;
    clearTimeout(this.#late);
    const again = document.createElement("a");
    again.href = location.href;
    again.textContent = "Sign in again";
    this.#element.replaceChildren("You are signed out, or may no longer see this workspace. ", again);
  }

  #say(words) {
    this.#element.textContent = words;
  }
}
