const NOT_FULL = "This browser does not let the page fill the screen.";

/** What is wanted now and then: the page as PDF, the whole screen, lists as this device's own controls. */
export class More {
  onact = () => {};
  onown = () => {};
  onsaid = () => {};

  #menu;
  #main;
  #own;

  /** `main` is what fills the screen. */
  constructor(menu, main) {
    this.#menu = menu;
    this.#main = main;
    const part = (name) => menu.querySelector(`[data-more="${name}"]`);
    this.#own = part("own");
    this.#own.checked = matchMedia("(pointer: coarse)").matches;
    this.#own.addEventListener("change", () => this.onown(this.#own.checked));
    part("print").addEventListener("click", () => this.#done(this.onact("print")));
    part("full").addEventListener("click", () => this.#done(this.#fill()));
    part("full").hidden = !document.fullscreenEnabled;
    menu.addEventListener("keydown", this.#escaped);
    main.querySelector(".live-finish")?.addEventListener("click", this.#finished);
  }

  start() {
    document.addEventListener("pointerdown", this.#elsewhere);
  }

  stop() {
    document.removeEventListener("pointerdown", this.#elsewhere);
  }

  /** Whether lists and pickers are to be this device's own controls: so with fingers, else on request. */
  get own() {
    return this.#own.checked;
  }

  drive(driving) {
    this.#menu.hidden = !driving;
    this.#menu.open = false;
  }

  // The keyboard's keys that a browser keeps for itself come through as well where it lets them.
  async #fill() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await this.#main.requestFullscreen();
    } catch {
      this.onsaid(NOT_FULL);
    }
    if (document.fullscreenElement) navigator.keyboard?.lock?.().catch(() => {}); // the other keys work without
  }

  // What is asked stands beside the picture, so not within a full screen.
  #finished = async (event) => {
    if (!document.fullscreenElement) return;
    event.preventDefault();
    const asked = document.querySelector(event.currentTarget.hash);
    await document.exitFullscreen();
    asked?.scrollIntoView();
    asked?.focus({ preventScroll: true });
  };

  #done() {
    this.#menu.open = false;
  }

  #escaped = (event) => {
    if (event.key !== "Escape" || !this.#menu.open) return;
    this.#menu.open = false;
    this.#menu.querySelector("summary").focus();
  };

  #elsewhere = (event) => {
    if (!this.#menu.contains(event.target)) this.#menu.open = false;
  };
}
