import { PROTOCOL } from './embed.js';

const FACTS = Object.freeze(["phase", "control", "status"]);

/**
 * The page around a framed view. Nothing is said to it before it has spoken up from an origin that the workspace names;
 * then it hears the view's events, the facts that stand first, and may ask for a few things: none acts for the person.
 */
export class Around {
  #origins;
  #origin = null;
  #view = null;
  #facts = new Map();

  constructor(origins) {
    this.#origins = origins;
  }

  start() {
    if (window.parent !== window) window.addEventListener("message", this.#heard);
  }

  /** From now on that view is what it asks things of. */
  serve(view) {
    this.#view = view;
  }

  tell(type, detail) {
    if (FACTS.includes(type)) this.#facts.set(type, detail);
    if (this.#origin) window.parent.postMessage({ hitl: PROTOCOL, t: type, detail }, this.#origin);
  }

  #heard = ({ source, origin, data }) => {
    if (source !== window.parent || !this.#origins.includes(origin) || data?.hitl !== PROTOCOL) return;
    if (data.t === "hello") this.#meet(origin);
    else if (data.t === "focus") this.#view?.focus();
    else if (data.t === "release") this.#view?.release();
    else if (data.t === "picture") this.#view?.setPicture({ quality: data.quality, kind: data.kind });
  };

  #meet(origin) {
    this.#origin = origin;
    this.#facts.forEach((detail, type) => this.tell(type, detail));
  }
}
