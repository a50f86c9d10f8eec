// Something to delete must stand in the field, or a phone's Backspace makes no event. Zero width: no word, no blank.
const FILLING = "\u200b\u200b";

/**
 * The transparent text field over the picture. It is what an input method or a phone's keyboard writes into; the
 * field is emptied at once and never keeps what was typed.
 *
 * With a real keyboard, composed text (Japanese, dead keys) goes out when it is committed. Phone keyboards compose
 * every word, so there the text goes out as it grows, corrected by Backspace (`onstroke`) where the keyboard changes its mind.
 */
export class Typing {
  ontext = () => {};
  onstroke = () => {};

  #field;
  #surface;
  #letters;
  #sent = "";
  #composing = false;

  constructor(field, surface, letterByLetter = matchMedia("(pointer: coarse)").matches) {
    this.#field = field;
    this.#surface = surface;
    this.#letters = letterByLetter;
  }

  grab() {
    this.#listen("addEventListener");
    this.#field.hidden = false;
    this.#empty();
  }

  ungrab() {
    this.#listen("removeEventListener");
    this.#empty();
    this.#field.hidden = true;
  }

  /** Puts the keyboard into the field, at the place of the window where text is about to appear. */
  focus(clientX, clientY) {
    const box = this.#surface.getBoundingClientRect();
    if (clientX !== undefined) this.#field.style.left = `${Math.max(0, Math.min(clientX - box.left, box.width - 40))}px`;
    if (clientY !== undefined) this.#field.style.top = `${Math.max(0, Math.min(clientY - box.top, box.height - 24))}px`;
    this.#field.focus({ preventScroll: true });
  }

  #listen(verb) {
    this.#field[verb]("compositionstart", this.#started);
    this.#field[verb]("compositionupdate", this.#updated);
    this.#field[verb]("compositionend", this.#ended);
    this.#field[verb]("beforeinput", this.#changing);
    this.#field[verb]("input", this.#changed);
  }

  #started = () => {
    this.#composing = true;
    this.#sent = "";
  };

  #updated = (event) => {
    if (this.#letters) this.#become(event.data);
  };

  #ended = (event) => {
    this.#composing = false;
    if (this.#letters) this.#become(event.data);
    else if (event.data) this.ontext(event.data);
    this.#sent = "";
    this.#empty();
  };

  #changing = (event) => {
    if (this.#composing || event.inputType === "insertFromPaste") return;
    if (event.inputType.includes("Composition")) return;
    event.preventDefault();
    if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") this.onstroke("Enter");
    else if (event.inputType.startsWith("insert")) this.#insert(event);
    else if (event.inputType.endsWith("Backward")) this.onstroke("Backspace");
    else if (event.inputType.endsWith("Forward")) this.onstroke("Delete");
  };

  // Some keyboards cannot be prevented: whatever reached the field is gone again before anyone could read it.
  #changed = () => {
    if (!this.#composing) this.#empty();
  };

  #insert(event) {
    const text = event.data ?? event.dataTransfer?.getData("text/plain");
    if (text) this.ontext(text);
  }

  /** Makes what was sent of this word into `next`, keeping the beginning that both share. */
  #become(next) {
    const before = Array.from(this.#sent);
    const after = Array.from(next);
    let same = 0;
    while (same < before.length && before[same] === after[same]) same += 1;
    for (let left = before.length; left > same; left -= 1) this.onstroke("Backspace");
    if (same < after.length) this.ontext(after.slice(same).join(""));
    this.#sent = next;
  }

  #empty() {
    this.#field.value = FILLING;
    this.#field.setSelectionRange(FILLING.length, FILLING.length);
  }
}
