import { ALT, CONTROL, SHIFT } from './wire.js';

const MODS = Object.freeze({ Alt: ALT, Control: CONTROL, Shift: SHIFT });

/**
 * The menu of keys that the person's own browser or phone keeps for itself. A button's data-keys names a chord
 * ("Control+KeyA"), or is "Copy", "Cut" or "Paste", which also need the person's own clipboard.
 */
export class SendKeys {
  onstroke = () => {};
  oncopy = () => {};
  onpaste = () => {};

  #menu;

  constructor(menu) {
    this.#menu = menu;
  }

  grab() {
    this.#menu.hidden = false;
    this.#listen("addEventListener");
  }

  ungrab() {
    this.#menu.hidden = true;
    this.#menu.open = false;
    this.#listen("removeEventListener");
  }

  #listen(verb) {
    this.#menu[verb]("mousedown", this.#keepFocus);
    this.#menu[verb]("click", this.#chosen);
    document[verb]("keydown", this.#escaped, true);
    document[verb]("pointerdown", this.#elsewhere);
  }

  // The keyboard stays with the picture, and a phone's stays open.
  #keepFocus = (event) => {
    event.preventDefault();
  };

  #chosen = (event) => {
    const keys = event.target.closest("[data-keys]")?.dataset.keys;
    if (keys === "Paste") this.onpaste();
    else if (keys === "Copy" || keys === "Cut") this.oncopy(keys);
    else if (keys) this.#send(keys.split("+"));
  };

  #send(names) {
    const code = names.at(-1);
    const mods = names.slice(0, -1).reduce((mask, name) => mask | MODS[name], 0);
    this.onstroke(code, /^Key[A-Z]$/.test(code) ? code.at(-1).toLowerCase() : code, mods);
  }

  // Before the picture hears of it, where the keyboard mostly is: this Escape is the menu's. The page has a button.
  #escaped = (event) => {
    if (event.key !== "Escape" || !this.#menu.open) return;
    event.preventDefault();
    this.#menu.open = false;
    if (this.#menu.contains(document.activeElement)) this.#menu.querySelector("summary").focus();
  };

  #elsewhere = (event) => {
    if (!this.#menu.contains(event.target)) this.#menu.open = false;
  };
}
