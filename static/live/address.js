/**
 * Where the remote page really is: its origin in punycode for everybody, and for the one who drives a field that leads
 * elsewhere. What was typed is never overwritten by news of the page, and comes back where it was refused.
 */
export class Address {
  /** onvisit(typed) returns the number under which it was sent. */
  onvisit = () => null;

  #form;
  #field;
  #origin;
  #url = "";
  #sent = { number: null, typed: "" };

  constructor(form, origin) {
    this.#form = form;
    this.#field = form.querySelector("input");
    this.#origin = origin;
    form.addEventListener("submit", this.#submitted);
    this.#field.addEventListener("focus", this.#entered);
    this.#field.addEventListener("blur", () => this.#rest());
    this.#field.addEventListener("keydown", this.#pressed);
  }

  show(url) {
    this.#url = url ?? "";
    this.#origin.textContent = originOf(this.#url);
    if (document.activeElement !== this.#field) this.#rest();
  }

  drive(driving) {
    this.#form.hidden = !driving;
    this.#origin.hidden = driving;
    this.#rest();
  }

  focus() {
    this.#field.focus();
  }

  /** True if it was an address that was refused: it stands in the field again, to be mended. */
  refused(number) {
    if (this.#form.hidden || number === null || number !== this.#sent.number) return false;
    this.#field.focus();
    this.#field.value = this.#sent.typed;
    this.#field.ariaInvalid = "true";
    return true;
  }

  #rest() {
    this.#field.value = originOf(this.#url);
    this.#field.ariaInvalid = null;
  }

  #entered = () => {
    this.#field.value = whole(this.#url);
    this.#field.select();
  };

  #pressed = (event) => {
    if (event.key === "Escape") this.#field.blur();
    else this.#field.ariaInvalid = null;
  };

  #submitted = (event) => {
    event.preventDefault();
    const typed = this.#field.value.toWellFormed();
    this.#sent = { number: this.onvisit(typed), typed };
    this.#field.blur();
  };
}

/** Scheme and host as the browser resolves them: look-alike letters stand there in punycode. */
export function originOf(url) {
  try {
    const { protocol, host } = new URL(url);
    if (!host) return protocol === "about:" ? "" : protocol;
    return protocol === "https:" ? host : `${protocol}//${host}`;
  } catch {
    return "";
  }
}

function whole(url) {
  try {
    return url === "about:blank" ? "" : new URL(url).href;
  } catch {
    return "";
  }
}
