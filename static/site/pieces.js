import { extension, remember } from './keyed.js';

const SOON = 100;
const ANYWAY = 20_000;

/**
 * The pieces of this page that keep themselves up to date: each marked data-fresh, with the address of its content,
 * or empty where it is read from the page's own address. Read again on a note, every 20 seconds, and when the person
 * comes back to the page.
 */
export class Pieces {
  onread = () => {};
  onfailed = () => {};
  onsignedout = () => {};

  #due = 0;
  #reading = false;
  #again = false;
  #failed = false;
  #htmx;

  constructor(htmx) {
    this.#htmx = htmx;
  }

  start() {
    remember(document);
    this.#htmx.defineExtension("keyed", extension);
    document.addEventListener("htmx:beforeSwap", this.#look);
    document.addEventListener("htmx:sendError", this.#fail);
    document.addEventListener("htmx:responseError", this.#fail);
    document.addEventListener("visibilitychange", this.#seen);
    window.addEventListener("focus", this.#seen);
    setInterval(() => this.soon(), ANYWAY);
  }

  /** Read again in a moment; many calls in that moment are one. */
  soon() {
    this.#due ||= setTimeout(this.#read, SOON);
  }

  #seen = () => {
    if (!document.hidden) this.soon();
  };

  #fail = () => {
    this.#failed = true;
  };

  // One reading at a time: a slow server is not asked faster than it answers.
  #read = async () => {
    this.#due = 0;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#failed = false;
    await Promise.allSettled([...document.querySelectorAll("[data-fresh]")].map((piece) => this.#fetch(piece)));
    this.#reading = false;
    if (this.#failed) this.onfailed();
    else this.onread();
    if (this.#again) this.soon();
    this.#again = false;
  };

  #fetch(piece) {
    const own = piece.dataset.fresh;
    const select = own ? undefined : `#${piece.id}`;
    return this.#htmx.ajax("GET", own || location.pathname + location.search, { source: piece, target: piece, swap: "keyed", select });
  }

  // Who was signed out meanwhile is led to the sign-in page: that is not this piece's content.
  #look = (event) => {
    const { xhr, requestConfig } = event.detail;
    const asked = new URL(requestConfig.path, location.href).pathname;
    if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked) return;
    event.detail.shouldSwap = false;
    this.onsignedout();
  };
}
