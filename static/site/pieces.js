import { extension, remember } from './keyed.js';
import { Paced } from './paced.js';

const ANYWAY = 20_000;

/**
 * The pieces of this page that keep themselves up to date: each marked data-fresh, with the address of its content,
 * or empty where it is read from the page's own address, and data-fresh-for, the kind of thing that it shows, where that
 * is one alone. Read again on a note, every 20 seconds, and when the person comes back to the page.
 */
export class Pieces {
  onread = () => {};
  onfailed = () => {};
  onsignedout = () => {};

  #reading = new Paced(() => this.#read());
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
    document.addEventListener("htmx:afterRequest", this.#done);
    document.addEventListener("visibilitychange", this.#seen);
    window.addEventListener("focus", this.#seen);
    setInterval(() => this.soon(), ANYWAY);
  }

  /** Read again soon: `what` has changed, or anything may have. */
  soon(what) {
    if (what && this.#pieces().every((piece) => (piece.dataset.freshFor ?? what) !== what)) return;
    this.#reading.soon();
  }

  #pieces() {
    return [...document.querySelectorAll("[data-fresh]")];
  }

  #seen = () => {
    if (!document.hidden) this.soon();
  };

  #fail = () => {
    this.#failed = true;
  };

  // Whoever has done something sees it, though no note may come.
  #done = (event) => {
    if (event.detail.requestConfig.verb !== "get") this.soon();
  };

  async #read() {
    this.#failed = false;
    await Promise.allSettled(this.#pieces().map((piece) => this.#fetch(piece)));
    if (this.#failed) this.onfailed();
    else this.onread();
  }

  #fetch(piece) {
    const own = piece.dataset.fresh;
    const select = own ? undefined : `#${piece.id}`;
    const here = document.body.dataset.address ?? location.pathname + location.search; // a form's answer has another one
    return this.#htmx.ajax("GET", own || here, { source: piece, target: piece, swap: "keyed", select });
  }

  // Not this piece's content: the sign-in page, to which those are led who were signed out meanwhile; and what was
  // asked for before the person narrowed the list.
  #look = (event) => {
    const { xhr, requestConfig } = event.detail;
    if (requestConfig.verb !== "get") return this.#told(event);
    const asked = new URL(requestConfig.path, location.href);
    const answered = new URL(xhr.responseURL || asked);
    const signedOut = answered.pathname !== asked.pathname;
    const late = isLate(requestConfig, asked);
    if (signedOut || late) event.detail.shouldSwap = false;
    if (signedOut) this.onsignedout();
    else if (late) this.soon();
  };

  // A refused press comes with its sentence, which is shown like that of any other.
  #told({ detail }) {
    if (detail.xhr.status !== 409 && detail.xhr.status !== 422) return;
    detail.shouldSwap = true;
    detail.isError = false;
  }
}

// Only what a piece has asked for by itself can be: a person's own request is what they want now.
function isLate({ elt, path }, asked) {
  const { fresh } = elt.dataset;
  if (fresh === undefined) return false;
  return fresh ? fresh !== path : asked.search !== location.search;
}
