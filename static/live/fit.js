import { keep, kept } from './kept.js';

const KEPT = "hitl.size";
const PHONE = Object.freeze({ w: 390, h: 844 });
const ON_A_PHONE = "(max-width: 46rem), (max-height: 30rem)"; // as in live.css
const BELOW = 12; // pixels that are left free below the picture
const LOWEST = 224;
const SETTLED = 300;
const SLIGHT = 24; // less is a scroll bar that came or went

/**
 * How large the one in control wants the remote page: as their own room for it, as the bot has it, or a phone's. Says
 * `onsize({w, h})`, both null for the bot's own size, when control is taken, the choice changes, or the room does.
 */
export class Fit {
  onsize = () => {};

  #stage;
  #choices;
  #typing;
  #driving = false;
  #said = null;
  #width = 0; // of the stage, when it was said
  #timer = 0;
  #resized = new ResizeObserver(() => this.#later());

  /** `choices` is the fieldset with the three; while `typing` has the focus a phone's keyboard may take up half of the room. */
  constructor({ stage, choices, typing }) {
    this.#stage = stage;
    this.#choices = choices;
    this.#typing = typing;
  }

  start() {
    this.#choices.addEventListener("change", this.#chosen);
    this.#radio(kept(KEPT)).checked = true;
    this.#measure();
  }

  stop() {
    this.#choices.removeEventListener("change", this.#chosen);
    this.drive(false);
  }

  /** Only who drives has a say. */
  drive(driving) {
    this.#choices.hidden = this.#choices.disabled = !driving;
    if (driving && !this.#driving) this.#begin();
    else if (!driving) this.#end();
    this.#driving = driving;
  }

  /** On a phone the picture gets the window from top to bottom. */
  front() {
    if (matchMedia(ON_A_PHONE).matches) this.#stage.parentElement.scrollIntoView();
  }

  #begin() {
    this.#said = null;
    this.#say();
    this.#resized.observe(this.#stage);
    window.addEventListener("resize", this.#later);
  }

  #end() {
    clearTimeout(this.#timer);
    this.#resized.disconnect();
    window.removeEventListener("resize", this.#later);
  }

  #radio(value) {
    const radios = [...this.#choices.querySelectorAll("input")];
    return radios.find((radio) => radio.value === value) ?? radios[0];
  }

  #chosen = (event) => {
    event.stopPropagation();
    keep(KEPT, event.target.value);
    this.#say();
  };

  // A phone that turns, a window that is dragged larger: one change, when it has come to rest.
  #later = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#mayBeKeyboard()) this.#later();
      else this.#say();
    }, SETTLED);
  };

  // A phone's keyboard takes of the height alone; a phone that was turned has another width.
  #mayBeKeyboard() {
    const turned = Math.abs(this.#stage.clientWidth - this.#width) >= SLIGHT;
    return document.activeElement === this.#typing && navigator.maxTouchPoints > 0 && !turned;
  }

  #say() {
    this.#width = this.#stage.clientWidth;
    const size = this.#size();
    const slight = (side) => this.#said?.[side] && Math.abs(this.#said[side] - size[side]) < SLIGHT;
    if (this.#said && ((slight("w") && slight("h")) || (this.#said.w === size.w && this.#said.h === size.h))) return;
    this.#said = size;
    this.onsize(size);
  }

  #size() {
    const choice = [...this.#choices.querySelectorAll("input")].find((radio) => radio.checked)?.value;
    if (choice === "bot") return { w: null, h: null };
    return choice === "phone" ? PHONE : this.#own();
  }

  // The height that is left for the picture, for the stylesheet too: what fits is seen whole, without scrolling.
  #measure() {
    const room = Math.max(document.documentElement.clientHeight - this.#around(), LOWEST);
    this.#stage.style.setProperty("--live-room", `${room}px`);
    return room;
  }

  #around() {
    const { top } = this.#stage.getBoundingClientRect();
    const { parentElement: main, previousElementSibling: where, nextElementSibling: figures } = this.#stage;
    if (document.fullscreenElement) return top;
    if (!matchMedia(ON_A_PHONE).matches) return top + scrollY + BELOW;
    return where.offsetHeight + figures.offsetHeight + main.firstElementChild.offsetHeight; // the bar lies below the picture
  }

  #own() {
    const width = this.#stage.clientWidth;
    const height = this.#measure();
    const enlarged = Math.max(1, PHONE.w / width); // sites are made for phones, and for nothing narrower
    return { w: Math.round(width * enlarged), h: Math.round(height * enlarged) };
  }
}
