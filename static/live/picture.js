import { keep, kept } from './kept.js';

const KEPT = "hitl.picture";
const NAMES = Object.freeze({
  "h264-444": "H.264, full colour", h264: "H.264", vp8: "VP8", vp9: "VP9", av1: "AV1", jpeg: "JPEG",
});
const OWN = "own";

/** What a kind of picture is called. */
export const nameOf = (kind) => NAMES[kind] ?? kind;

/**
 * The menu in which a person says how good a picture they want, and of which kind. `wish()` is their choice, with
 * nothing in it where they leave it to the line; it is kept by this browser for the next live view.
 */
export class Picture {
  onchoose = () => {};

  #element;
  #chosen;

  constructor(element) {
    this.#element = element;
    this.#chosen = chosenBefore();
  }

  start() {
    this.#listen("addEventListener");
    this.#show();
  }

  stop() {
    this.#listen("removeEventListener");
  }

  wish = () => this.#chosen;

  /** As if the person had chosen it, but for this page alone; what is no quality or kind is left to the line. */
  choose(wish) {
    this.#chosen = sane(wish);
    this.#show();
    this.onchoose(this.#chosen);
  }

  /** Offers the kinds that this browser decodes. */
  offer(kinds) {
    for (const option of this.#element.elements.kind.options) {
      option.hidden = option.disabled = option.value !== "" && !kinds.includes(option.value);
    }
  }

  #listen(verb) {
    this.#element[verb]("change", this.#changed);
    this.#element[verb]("keydown", this.#left);
    document[verb]("pointerdown", this.#pressed);
  }

  #show() {
    const { quality, kind, own } = this.#element.elements;
    const given = this.#chosen.quality ?? "";
    const preset = [...quality].some((radio) => radio.value === String(given));
    quality.value = preset ? String(given) : OWN;
    own.value = given;
    own.disabled = preset;
    kind.value = this.#chosen.kind ?? "";
  }

  #changed = ({ target }) => {
    if (!["quality", "kind", "own"].includes(target.name)) return;
    const { quality, kind, own } = this.#element.elements;
    own.disabled = quality.value !== OWN;
    if (target === own && !own.reportValidity()) return;
    if (quality.value === OWN && !own.value) {
      own.focus();
      return;
    }
    const number = Number(quality.value === OWN ? own.value : quality.value);
    this.#chosen = { ...(number ? { quality: number } : {}), ...(kind.value ? { kind: kind.value } : {}) };
    keep(KEPT, JSON.stringify(this.#chosen));
    this.onchoose(this.#chosen);
  };

  get #menu() {
    return this.#element.closest("details");
  }

  #left = (event) => {
    if (event.key !== "Escape") return;
    this.#menu.open = false;
    this.#menu.querySelector("summary").focus();
  };

  #pressed = (event) => {
    if (!this.#menu.contains(event.target)) this.#menu.open = false;
  };
}

function chosenBefore() {
  try {
    return sane(JSON.parse(kept(KEPT)) ?? {});
  } catch {
    return {};
  }
}

function sane({ quality, kind }) {
  const good = Number.isInteger(quality) && quality >= 1 && quality <= 100;
  return { ...(good ? { quality } : {}), ...(Object.hasOwn(NAMES, kind) ? { kind } : {}) };
}
