import { Platform, chordKey, platform } from './platform.js';
import { ALT, CONTROL, META, SHIFT } from './wire.js';

const MODIFIERS = Object.freeze(["Alt", "AltGraph", "Control", "Meta", "Shift"]);
const FALSE_CONTROL = 50;
const FALSE_CONTROL_WAIT = 100;

// Windows tells no release of these keys of Japanese keyboards: each is a stroke.
const WITHOUT_RELEASE = new Set(["Zenkaku", "Hankaku", "ZenkakuHankaku", "Eisu", "Alphanumeric", "KatakanaHiragana", "Hiragana", "Katakana", "Romaji", "KanaMode", "KanjiMode"]);

// How a Mac moves and deletes by words and lines, and what does it in the remote browser, which runs on Linux.
const OF_A_MAC = Object.freeze({
  [`${CONTROL} ArrowLeft`]: ["Home", 0],
  [`${CONTROL} ArrowRight`]: ["End", 0],
  [`${CONTROL} ArrowUp`]: ["Home", CONTROL],
  [`${CONTROL} ArrowDown`]: ["End", CONTROL],
  [`${ALT} ArrowLeft`]: ["ArrowLeft", CONTROL],
  [`${ALT} ArrowRight`]: ["ArrowRight", CONTROL],
  [`${ALT} Backspace`]: ["Backspace", CONTROL],
  [`${ALT} Delete`]: ["Delete", CONTROL],
});

// What an input method or a phone's keyboard reports for keys that only make text: Typing hears the text itself.
const MAKES_TEXT = new Set(["Process", "Unidentified"]);

/**
 * Physical keys pressed on the surface (the canvas and its text field), by `code`, while grabbed.
 *
 * Each press is remembered with what was said of it and released as the same key, for the layout or a modifier may
 * change in between; all are released when the surface loses the focus. Nothing of what is typed is kept longer.
 * Ctrl+Alt+Shift pressed alone leads out of the picture (`onleave`).
 */
export class Keyboard {
  onkey = () => {};
  onrelease = () => {};
  onleave = () => {};

  #surface;
  #platform;
  #down = new Map();
  #control = null;
  #controlTimer = 0;
  #leaving = false;

  constructor(surface, on = platform()) {
    this.#surface = surface;
    this.#platform = on;
  }

  grab() {
    this.#listen("addEventListener");
  }

  ungrab() {
    this.#listen("removeEventListener");
    this.#forget();
  }

  /** Press and release at once: a key that a phone's keyboard can name but not hold. */
  stroke(code, key = code, mods = 0) {
    this.#press({ code, key, mods, repeat: false, location: 0 });
    this.#release(code, mods);
  }

  #listen(verb) {
    this.#surface[verb]("keydown", this.#pressed);
    this.#surface[verb]("keyup", this.#released);
    this.#surface[verb]("focusout", this.#left);
    window[verb]("blur", this.#blurred);
  }

  #pressed = (event) => {
    if (event.defaultPrevented) this.#leaving = false; // a key of this page's own
    if (event.defaultPrevented || composing(event) || isPaste(event)) return;
    this.#settleControl(event);
    this.#correct(event);
    if (MAKES_TEXT.has(event.key) || (!event.code && event.key.length === 1)) return;
    // A dead key is a key like any other, and besides begins a composition in the field.
    if (event.key !== "Dead") event.preventDefault();
    if (this.#isPerhapsFalse(event)) this.#holdControl(event);
    else this.#forward(event);
  };

  #forward(event) {
    const mods = this.#mods(event);
    const edits = this.#platform === Platform.MAC && OF_A_MAC[`${mods & ~SHIFT} ${event.key}`];
    if (edits) this.stroke(edits[0], edits[0], edits[1] | (mods & SHIFT));
    else this.#forwardKey(event, mods);
  }

  #forwardKey(event, mods) {
    const code = this.#code(event);
    this.#press({ code, key: this.#key(event), mods, repeat: event.repeat, location: event.location });
    if (this.#isStroke(event)) this.#release(code, mods);
    this.#watchForLeaving(code);
  }

  #released = (event) => {
    if (event.defaultPrevented || (composing(event) && !this.#down.has(this.#code(event)))) return;
    this.#settleControl(event);
    event.preventDefault();
    const leaves = this.#leaving;
    this.#leaving = false;
    if (this.#platform === Platform.MAC && event.code === "CapsLock") this.stroke("CapsLock");
    this.#release(this.#code(event), this.#mods(event));
    this.#correct(event);
    if (leaves) this.onleave();
  };

  #press({ code, key, mods, repeat, location }) {
    const held = this.#down.get(code);
    if (!held) this.#down.set(code, { key, location });
    this.onkey({ down: true, code, key: held?.key ?? key, mods, repeat: repeat || Boolean(held), location });
  }

  #release(code, mods) {
    const held = this.#down.get(code);
    if (!held) return;
    this.#down.delete(code);
    this.onkey({ down: false, code, key: held.key, mods, repeat: false, location: held.location });
  }

  // Some phones name the key and leave the code empty; for the named keys the two are the same word.
  #code(event) {
    const code = event.code || event.key;
    return this.#platform === Platform.MAC ? code.replace("Meta", "Control") : code;
  }

  // Cmd does on a Mac what Ctrl does in the remote browser, which runs on Linux.
  #key(event) {
    return this.#platform === Platform.MAC && event.key === "Meta" ? "Control" : event.key;
  }

  #mods(event) {
    let mods = event.altKey * ALT | event.ctrlKey * CONTROL | event.metaKey * META | event.shiftKey * SHIFT;
    const mac = this.#platform === Platform.MAC;
    if (mac && event.metaKey) mods = (mods & ~META) | CONTROL;
    // AltGr, and Option on a Mac, have done their work when they made a character: it is not a shortcut.
    const option = mac && event.altKey && !event.ctrlKey && !event.metaKey;
    const third = event.getModifierState("AltGraph") || option;
    return third && event.key.length === 1 ? mods & ~(ALT | CONTROL) : mods;
  }

  // A Mac tells no release of a key while Cmd is held, and of Caps Lock only every other one.
  #isStroke(event) {
    if (WITHOUT_RELEASE.has(event.key)) return true;
    if (this.#platform !== Platform.MAC) return false;
    return event.code === "CapsLock" || (event.metaKey && !MODIFIERS.includes(event.key));
  }

  // Windows reports AltGr as a Control that nobody pressed, and at once an AltRight: wait for it before believing.
  #isPerhapsFalse(event) {
    return this.#platform === Platform.WINDOWS && event.code === "ControlLeft" && !event.repeat && !this.#down.has("ControlLeft");
  }

  #holdControl(event) {
    this.#control = event;
    this.#controlTimer = setTimeout(() => this.#settleControl(), FALSE_CONTROL_WAIT);
  }

  #settleControl(next) {
    clearTimeout(this.#controlTimer);
    const control = this.#control;
    this.#control = null;
    if (!control) return;
    const isFalse = next?.code === "AltRight" && next.timeStamp - control.timeStamp < FALSE_CONTROL;
    if (!isFalse) this.#forward(control);
  }

  // The system may swallow a release (a screenshot chord, the second Shift on Windows): believe the flags.
  #correct(event) {
    for (const [code, { key }] of this.#down) {
      const name = this.#platform === Platform.MAC && key === "Control" && !event.ctrlKey ? "Meta" : key;
      if (MODIFIERS.includes(key) && code !== this.#code(event) && !event.getModifierState(name)) this.#release(code, this.#mods(event));
    }
  }

  #watchForLeaving(code) {
    const held = [...this.#down.keys()].map((name) => name.replace(/(Left|Right)$/, ""));
    const chord = held.length === 3 && ["Control", "Alt", "Shift"].every((name) => held.includes(name));
    this.#leaving = chord && !this.#down.has("AltRight") && /^(Control|Alt|Shift)/.test(code);
  }

  #left = (event) => {
    if (!this.#surface.contains(event.relatedTarget)) this.#blurred();
  };

  #blurred = () => {
    this.#forget();
    this.onrelease();
  };

  #forget() {
    clearTimeout(this.#controlTimer);
    this.#control = null;
    this.#leaving = false;
    this.#down.clear();
  }
}

// 229 is what keys say that an input method has taken.
function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Pasting is left to the browser: it alone may read the clipboard, and Clipboard hears the paste event. */
function isPaste(event) {
  const chord = (event.ctrlKey || event.metaKey) && !event.altKey && chordKey(event) === "v";
  return chord || (event.shiftKey && event.code === "Insert");
}
