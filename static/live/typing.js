// Something to delete must stand in the field, or a phone's Backspace makes no event. Zero width: no word, no blank.
const FILLING = "\u200b\u200b";
const NOWHERE = Object.freeze({ mode: null });

// A word that a phone's keyboard may still correct. Blanks end one; scripts without blanks have none.
const WORD = /^[^\s\u2e80-\uffff]{1,40}$/;

/**
 * The transparent text field over the picture, at the remote caret: what input methods and phones' keyboards write into.
 *
 * With a real keyboard, composed text (Japanese, dead keys) is drawn by the remote page as it grows (`oncompose`) and
 * sent when it is committed; nothing stays in the field. Phone keyboards compose and correct every word, so there the
 * text goes out as it grows, with Backspace (`onstroke`) where the keyboard changes its mind; the word that is being
 * written, unless it is a secret, stays in the field until it ends. The phone's keyboard is open while an editable
 * field of the remote page has the focus.
 */
export class Typing {
  ontext = () => {};
  onstroke = () => {};
  oncompose = () => {};

  #field;
  #surface;
  #toWindow;
  #letters;
  #remote = NOWHERE;
  #sent = "";
  #composing = false;

  constructor(field, surface, toWindow, letterByLetter = matchMedia("(pointer: coarse)").matches) {
    this.#field = field;
    this.#surface = surface;
    this.#toWindow = toWindow;
    this.#letters = letterByLetter;
  }

  grab() {
    this.#listen("addEventListener");
    this.#field.hidden = false;
    if (this.#letters) this.#field.inputMode = "none";
    this.#empty();
  }

  ungrab() {
    this.#listen("removeEventListener");
    this.#remote = NOWHERE;
    this.#empty();
    this.#field.hidden = true;
  }

  /** The field of the remote page that has the focus now; without a mode: none has. */
  follow(remote) {
    const other = ["mode", "secret", "code", "lines"].some((name) => remote[name] !== this.#remote[name]);
    this.#remote = remote;
    if (!this.#composing) this.#place();
    if (!other) return;
    this.#dress();
    if (!this.#composing) this.#empty();
    if (this.#letters && this.#surface.contains(document.activeElement)) this.#open();
  }

  /** The picture has another size: the caret stands elsewhere in the window. */
  refit() {
    if (!this.#composing) this.#place();
  }

  get isLetterByLetter() {
    return this.#letters;
  }

  /** Puts the keyboard into the field, at the place of the window where text is about to appear. */
  focus(clientX, clientY) {
    if (clientX !== undefined) this.#put(clientX, clientY);
    this.#field.focus({ preventScroll: true });
  }

  /** A finger touched the picture: only now may a phone's keyboard be opened, so the field takes the focus in any case. */
  touched({ x, y }) {
    if (!this.#composing) this.#empty();
    const [left, top, width, height] = this.#remote.box ?? [0, 0, -1, -1];
    const here = x >= left && y >= top && x <= left + width && y <= top + height;
    this.#field.inputMode = here ? this.#remote.mode : "none";
    this.focus();
  }

  /** The person asked for the keyboard: the remote page may take text without a field. */
  summon() {
    this.#field.inputMode = this.#remote.mode && this.#remote.mode !== "none" ? this.#remote.mode : "text";
    this.#focusAnew();
  }

  #listen(verb) {
    this.#field[verb]("compositionstart", this.#started);
    this.#field[verb]("compositionupdate", this.#updated);
    this.#field[verb]("compositionend", this.#ended);
    this.#field[verb]("beforeinput", this.#changing);
    this.#field[verb]("input", this.#changed);
    if (this.#letters) window.visualViewport?.[verb]("resize", this.#uncover);
  }

  // What a phone's keyboard wants to know: digits for a code, and that a password is no word to learn.
  #dress() {
    const { code, correct, lines } = this.#remote;
    this.#field.autocomplete = code ? "one-time-code" : "off";
    this.#field.autocapitalize = correct ? "sentences" : "off";
    this.#field.setAttribute("autocorrect", correct ? "on" : "off");
    this.#field.spellcheck = false;
    this.#field.enterKeyHint = lines ? "enter" : "go";
  }

  #open() {
    this.#field.inputMode = this.#remote.mode ?? "none";
    this.#focusAnew();
  }

  // A keyboard opens or closes when a field gets the focus, not when its kind changes.
  #focusAnew() {
    if (document.activeElement === this.#field) this.#surface.querySelector("canvas").focus({ preventScroll: true });
    this.#field.focus({ preventScroll: true });
  }

  #place() {
    if (!this.#remote.caret) return;
    const [x, y, height] = this.#remote.caret;
    const { clientX, clientY, scale } = this.#toWindow(x, y);
    this.#put(clientX, clientY);
    const size = Math.min(Math.max(height * scale, 16), 60);
    this.#field.style.height = `${size}px`;
  }

  // The surface may be enlarged; the field stands inside it, in its own measure.
  #put(clientX, clientY) {
    const box = this.#surface.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#surface;
    const scale = box.width / width || 1;
    this.#field.style.left = `${Math.max(0, Math.min((clientX - box.left) / scale, width - 40))}px`;
    this.#field.style.top = `${Math.max(0, Math.min((clientY - box.top) / scale, height - 24))}px`;
  }

  #uncover = () => {
    if (document.activeElement === this.#field) this.#field.scrollIntoView({ block: "center", inline: "nearest" });
  };

  #started = () => {
    this.#composing = true;
  };

  #updated = (event) => {
    if (!this.#letters) this.oncompose(event.data);
  };

  #ended = (event) => {
    this.#composing = false;
    if (this.#letters) this.#settle();
    else this.#commit(event.data);
  };

  #commit(text) {
    if (text) this.ontext(text);
    else this.oncompose("");
    this.#empty();
  }

  #changing = (event) => {
    if (this.#composing || event.inputType === "insertFromPaste" || event.inputType.includes("Composition")) return;
    if (this.#mayBeCorrected(event)) return;
    event.preventDefault();
    if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") this.#stroke("Enter");
    else if (event.inputType.startsWith("insert")) this.#insert(event);
    else if (event.inputType.endsWith("Backward")) this.#stroke("Backspace");
    else if (event.inputType.endsWith("Forward")) this.#stroke("Delete");
  };

  #mayBeCorrected({ inputType }) {
    if (!this.#letters || this.#remote.secret) return false;
    return inputType === "insertText" || inputType === "insertReplacementText" || (inputType.startsWith("delete") && this.#sent !== "");
  }

  // Some keyboards cannot be prevented: what is not a word to be corrected is gone again before anyone could read it.
  #changed = () => {
    if (this.#letters) this.#mirror();
    else if (!this.#composing) this.#empty();
  };

  /** Makes what was sent of this word into what stands in the field now. */
  #mirror() {
    const value = this.#field.value;
    const next = value.replaceAll("\u200b", "");
    const deleted = FILLING.length - (value.length - next.length);
    this.#become(next);
    for (let left = deleted; left > 0; left -= 1) this.onstroke("Backspace");
    if (!this.#composing) this.#settle();
  }

  #settle() {
    if (this.#remote.secret || !WORD.test(this.#sent)) this.#empty();
  }

  #stroke(code) {
    this.#empty();
    this.onstroke(code);
  }

  #insert(event) {
    const text = event.data ?? event.dataTransfer?.getData("text/plain");
    if (text) this.ontext(text);
  }

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
    this.#sent = "";
    this.#field.value = FILLING;
    this.#field.setSelectionRange(FILLING.length, FILLING.length);
  }
}
