/**
 * A live browser of hitl in a page of your own site, documented in docs/live-view.md. This file stands alone: it
 * imports nothing, and every installation serves it to any site at /embed/hitl.js.
 *
 *   const view = attach(element, { url: "https://hitl.example.com/embed/…" });
 *   view.addEventListener("ended", ({ detail }) => console.log(detail.title));
 */
export const version = "1.0";

export const PROTOCOL = 1; // of the messages between the two pages
export const EVENTS = Object.freeze(["phase", "control", "status", "answered", "ended", "error"]);
const MAY = "clipboard-read; clipboard-write; fullscreen";
const BOX = "allow-scripts allow-same-origin allow-forms allow-downloads"; // and neither pop-ups nor the page around it
const ANSWERED_WITHIN = 5_000;
const UNAVAILABLE = "The live browser cannot be shown here: its link is over, or its workspace does not name this site among its origins.";

/** A view, wherever it stands: what is known of it now, an event for each change, and a few things to ask of it. */
export class View extends EventTarget {
  #known = {};

  /** `asked` (in a frame, before the person has opened it), `connecting`, `watching`, `driving` or `closed`. */
  get phase() {
    return this.#known.phase?.phase ?? "connecting";
  }

  /** The name of whoever is in control, or null. */
  get driver() {
    return this.#known.control?.driver ?? null;
  }

  /** Whether that is the person here. */
  get driving() {
    return this.#known.control?.mine ?? false;
  }

  /** {execution, alert, reason}, or null while nothing is known of them. */
  get status() {
    return this.#known.status ?? null;
  }

  /** From the view itself. A fact that is known already is no event; whatever has happened is one each time. */
  hear(type, detail) {
    const isFact = ["phase", "control", "status"].includes(type);
    if (isFact && JSON.stringify(this.#known[type]) === JSON.stringify(detail)) return;
    if (isFact) this.#known[type] = detail;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** A live view in a frame that fills `element`. `options`: `url`, an alert's or a link's `embed_url`; `title` of the frame. */
export function attach(element, options) {
  return new Framed(element, options);
}

class Framed extends View {
  #frame;
  #origin;
  #waiting = 0;

  constructor(element, { url, title = "Live browser" }) {
    super();
    this.#origin = new URL(url, location.href).origin;
    this.#frame = frame(url, title);
    this.#frame.addEventListener("load", this.#loaded);
    window.addEventListener("message", this.#received);
    element.append(this.#frame);
  }

  /** Keys go to the live browser. */
  focus() {
    this.#frame.focus();
    this.#say("focus");
  }

  /** Control is given back, where the person here has it. Nothing can be asked for that acts in their name. */
  release() {
    this.#say("release");
  }

  setPicture({ quality = null, kind = null } = {}) {
    this.#say("picture", { quality, kind });
  }

  /** The frame goes; control that was held in it lapses within seconds, if it was not given back before. */
  detach() {
    clearTimeout(this.#waiting);
    window.removeEventListener("message", this.#received);
    this.#frame.remove();
    this.hear("phase", { phase: "closed" });
  }

  // The frame learns by this to whom it may speak. A page that may not stand here, or is none of ours, never answers.
  #loaded = () => {
    this.#say("hello");
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.hear("error", { code: "unavailable", message: UNAVAILABLE }), ANSWERED_WITHIN);
  };

  #received = ({ source, origin, data }) => {
    if (source !== this.#frame.contentWindow || origin !== this.#origin || data?.hitl !== PROTOCOL) return;
    clearTimeout(this.#waiting);
    if (EVENTS.includes(data.t)) this.hear(data.t, data.detail);
  };

  #say(t, fields = {}) {
    this.#frame.contentWindow?.postMessage({ hitl: PROTOCOL, t, ...fields }, this.#origin);
  }
}

function frame(url, title) {
  const made = document.createElement("iframe");
  Object.assign(made, { title, allow: MAY });
  made.sandbox = BOX;
  Object.assign(made.style, { display: "block", width: "100%", height: "100%", border: "0" });
  made.src = url;
  return made;
}
