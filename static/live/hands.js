import { fitting } from './image.js';
import { chordKey } from './platform.js';
import { CONTROL, SHIFT, LONGEST_COMPOSED, LONGEST_IMAGE, LONGEST_PASTE, LONGEST_TEXT } from './wire.js';

const SETTLED_WITHIN = 1_000;
const ARRIVES_WITHIN = 3_000;
// What is done in the moment in which it arrives: of anything else the answer comes when it is done.
const AT_ONCE = new Set(["down", "up", "wheel", "key", "text", "paste"]);
const CAPS_LOCK = "Caps Lock is on.";
const COPYING = new Set([`${CONTROL} c`, `${CONTROL | SHIFT} c`, `${CONTROL} x`, `${CONTROL} insert`, `${SHIFT} delete`]);
const CHORDS = Object.freeze({ Copy: ["KeyC", "c"], Cut: ["KeyX", "x"], "Select all": ["KeyA", "a"] });

/**
 * What the one in control does with pointer, fingers, keyboard and clipboard: numbered, in order, under the epoch of
 * their control, handed to `onsend(type, fields)`. Nothing is stored: what cannot be sent now is never sent.
 */
export class Hands {
  onsend = () => {};
  onsaid = () => {};
  onleave = () => {};
  onlate = () => {}; // nothing was heard of what was done some seconds ago

  #parts;
  #epoch = null;
  #sent = 0;
  #arrived = 0;
  #settled = null;
  #late = 0;
  #inSecret = false; // the field in focus is a password's
  #warns = false; // nothing was said yet of Caps Lock in it

  constructor(parts) {
    this.#parts = parts;
    const { pointer, pen, touch, keyboard, typing, clipboard, sendKeys, zoom } = parts;
    for (const finger of [pointer, pen, touch]) this.#connectPointer(finger);
    touch.ontap = pen.ontap = (point) => typing.touched(point);
    touch.onpinch = (factor, clientX, clientY) => zoom.pinch(factor, clientX, clientY);
    touch.onslide = (dx, dy) => zoom.slide(dx, dy);
    keyboard.onkey = (key) => this.#key(key);
    keyboard.onrelease = () => this.#input("keysup");
    keyboard.onleave = () => this.onleave();
    typing.ontext = (text) => this.#text(text);
    typing.onstroke = (code) => keyboard.stroke(code);
    typing.oncompose = (text) => this.#compose(text);
    sendKeys.onstroke = (code, key, mods) => keyboard.stroke(code, key, mods);
    sendKeys.oncopy = (how) => this.edit(how);
    sendKeys.onpaste = () => this.edit("Paste");
    clipboard.onpaste = (text) => this.#paste(text);
    clipboard.onimage = (picture) => this.#pasteImage(picture);
    clipboard.onsaid = (sentence) => this.onsaid(sentence);
  }

  /** From now on this viewer drives, under `epoch`. */
  grab(epoch) {
    const already = this.#epoch !== null;
    this.#epoch = epoch;
    if (already) return;
    this.#listen("addEventListener");
    this.#parts.summon.hidden = false;
    this.#grabbers().forEach((part) => part.grab());
  }

  /** The server releases all keys and buttons by itself when control ends; nothing is sent here. */
  ungrab() {
    if (this.#epoch === null) return;
    this.#listen("removeEventListener");
    this.#parts.summon.hidden = true;
    this.#grabbers().forEach((part) => part.ungrab());
    this.#epoch = null;
    this.#inSecret = this.#warns = false;
    this.answered();
    this.#settle();
  }

  /** A new line: numbers begin anew. True if something had been sent whose arrival is not known. */
  renew() {
    const unknown = this.#sent > this.#arrived;
    this.#sent = 0;
    this.#arrived = 0;
    this.answered();
    this.#settle();
    return unknown;
  }

  /** The server has passed on everything up to number `s` of `epoch`. */
  arrived(epoch, s) {
    this.answered();
    if (epoch !== this.#epoch) return;
    this.#arrived = Math.max(this.#arrived, s);
    if (this.#arrived >= this.#sent) this.#settle();
  }

  /** Resolves when all that was done has reached the page, or after a second: Done must not overtake the last key. */
  async rest() {
    this.#flush();
    if (this.#epoch === null || this.#arrived >= this.#sent) return;
    await new Promise((resolve) => {
      this.#settled = resolve;
      setTimeout(resolve, SETTLED_WITHIN);
    });
  }

  /** The field of the remote page that has the focus now. */
  follow(field) {
    const { typing, zoom, toWindow } = this.#parts;
    if (this.#epoch === null) return;
    if (field.secret !== this.#inSecret) this.#warns = this.#inSecret = field.secret;
    typing.follow(field);
    if (typing.isLetterByLetter && field.box) zoom.reveal(field.box, toWindow);
  }

  /** The picture has another size: all that stands at a place of it is brought there anew. */
  refit() {
    const { typing, zoom } = this.#parts;
    if (this.#epoch === null) return;
    zoom.refit();
    typing.refit();
  }

  /** Copy, Cut, Paste or Select all in the page, as by keyboard; or the picture at the place of the menu. */
  edit(how) {
    const { clipboard, keyboard } = this.#parts;
    if (how === "Paste") clipboard.read();
    else if (how === "Copy the picture") this.#copyPicture();
    else keyboard.stroke(...CHORDS[how], CONTROL);
  }

  // That of the newest menu.
  #copyPicture() {
    this.#parts.clipboard.wish(false);
    this.act("copyimage");
  }

  /** Lets go of every key and button in the page, before control is given back. */
  releaseAll() {
    this.#flush();
    this.#input("keysup");
  }

  /** Something that is done to the browser and not with hands; the number under which it was sent, or null. */
  act(t, fields) {
    this.#flush();
    return this.#input(t, fields);
  }

  #listen(verb) {
    const { canvas, summon } = this.#parts;
    canvas[verb]("mousedown", this.#focusField);
    canvas[verb]("keydown", this.#typed);
    summon[verb]("click", this.#summoned);
  }

  #connectPointer(pointer) {
    pointer.onmove = (point) => this.#input("move", point);
    pointer.onbutton = ({ down, ...press }) => this.#input(down ? "down" : "up", press);
    pointer.onwheel = (turn) => this.#input("wheel", turn);
    pointer.onlost = () => this.#input("keysup");
  }

  #key(key) {
    if (this.#parts.pageZoom.takes(key)) return;
    this.#flush();
    this.#warnOfCapsLock(key);
    if (key.down && COPYING.has(`${key.mods} ${chordKey(key)}`)) this.#parts.clipboard.wish();
    this.#input("key", key);
  }

  // The remote page cannot know, for what comes to it from here carries no locks; and the letters are dots.
  #warnOfCapsLock({ down, key, mods }) {
    if (!this.#warns || !down || mods & ~SHIFT || key.length !== 1 || key.toLowerCase() === key.toUpperCase()) return;
    const locked = (key === key.toUpperCase()) !== Boolean(mods & SHIFT);
    if (locked) this.onsaid(CAPS_LOCK);
    this.#warns = !locked;
  }

  #text(text) {
    this.#flush();
    const letters = Array.from(text.toWellFormed()); // half a character is none, and JSON could not carry it
    for (let at = 0; at < letters.length; at += LONGEST_TEXT / 2) {
      this.#input("text", { text: letters.slice(at, at + LONGEST_TEXT / 2).join("") });
    }
  }

  #compose(text) {
    const shown = text.toWellFormed().slice(0, LONGEST_COMPOSED);
    this.#flush();
    this.#input("compose", { text: shown, caret: shown.length });
  }

  #paste(text) {
    this.#flush();
    if (text.length > LONGEST_PASTE) this.onsaid(`That is too long to paste: at most ${LONGEST_PASTE.toLocaleString("en")} characters.`);
    else this.#input("paste", { text: text.toWellFormed() });
  }

  async #pasteImage(picture) {
    this.#flush();
    const png = await fitting(picture, LONGEST_IMAGE).catch(() => null);
    if (png) this.#input("image", { png });
    else this.onsaid("This picture cannot be pasted here.");
  }

  #input(t, fields = {}) {
    if (this.#epoch === null) return null;
    this.#sent += 1;
    this.onsend(t, { e: this.#epoch, s: this.#sent, ...fields });
    if (AT_ONCE.has(t)) this.#late ||= setTimeout(() => this.onlate(), ARRIVES_WITHIN);
    return this.#sent;
  }

  /** The browser has answered, if only to refuse. */
  answered() {
    clearTimeout(this.#late);
    this.#late = 0;
  }

  #flush() {
    this.#parts.pointer.flush();
    this.#parts.pen.flush();
    this.#parts.touch.flush();
  }

  #focusField = (event) => {
    this.#parts.typing.focus(event.clientX, event.clientY);
  };

  #summoned = () => {
    this.#parts.typing.summon();
  };

  // An input method can start in a field only, so the first key that makes text takes the focus there.
  #typed = (event) => {
    if (event.key.length === 1 || event.key === "Dead" || event.key === "Process") this.#parts.typing.focus();
  };

  #grabbers() {
    const { pointer, pen, touch, keyboard, typing, clipboard, sendKeys, zoom } = this.#parts;
    return [pointer, pen, touch, keyboard, zoom, typing, clipboard, sendKeys];
  }

  #settle() {
    this.#settled?.();
    this.#settled = null;
  }
}
