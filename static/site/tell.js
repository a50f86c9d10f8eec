import { Chime } from './chime.js';

const WANTED = "hitl.tell";
const SILENT = "hitl.silent";
const RUNG = "hitl.rung";
const MOST = 3; // notices of one moment; more are said in one
const PAUSE = 8_000; // between two sounds, however many alerts come meanwhile
const LATE = 60_000; // so much the clocks of those who make alerts may differ

/**
 * A notice of the person's own device, with a short sound, for alerts that came after this page was opened. Permission
 * is asked for only when a button is pressed; the choices are remembered on this device.
 */
export class Tell {
  #box;
  #part;
  #known = null;
  #opened = Date.parse(document.documentElement.dataset.now);
  #newest = 0;
  #chime = new Chime();

  /** `box` holds the buttons; null on pages that have none: they ring all the same. */
  constructor(box) {
    this.#box = box;
    this.#part = (name) => box?.querySelector(`[data-tell-${name}]`);
  }

  start() {
    if (!("Notification" in window)) return;
    this.#part("button")?.addEventListener("click", this.#pressed);
    this.#part("silent")?.addEventListener("change", this.#hush);
    this.#part("test")?.addEventListener("click", this.#test);
    if (this.#box) this.#box.hidden = false;
    this.#chime.start();
    this.#show();
  }

  /** The newest open alerts, newest first. At the first call only those are new that came while the page was loaded. */
  hear(alerts) {
    const fresh = alerts.filter((alert) => this.#isNew(alert));
    this.#known = new Set([...(this.#known ?? []), ...alerts.map(({ id }) => id)]);
    this.#newest = Math.max(this.#newest, ...alerts.map(({ at }) => Date.parse(at)));
    if (isOn() && fresh.length) this.#ring(fresh);
  }

  // One that was not among the newest before, because there are so many, is no new one.
  #isNew({ id, at }) {
    return this.#known ? !this.#known.has(id) && Date.parse(at) > this.#newest - LATE : Date.parse(at) > this.#opened;
  }

  #pressed = async () => {
    if (isOn()) localStorage.removeItem(WANTED);
    else if ((await Notification.requestPermission()) === "granted") {
      localStorage.setItem(WANTED, "yes");
      this.#sound();
    }
    this.#show();
  };

  #hush = () => {
    localStorage.setItem(SILENT, this.#part("silent").checked ? "" : "yes");
  };

  #test = () => {
    this.#sound();
    if (isOn()) notify("This is how an alert looks", "A test from hitl", "hitl.test");
    this.#part("words").textContent = isOn() ? "A test notice was sent to this device. Nothing to see? Look into the device's own settings for notices of this browser." : "Notices are off on this device.";
  };

  #show() {
    if (!this.#box) return;
    const on = isOn();
    const refused = Notification.permission === "denied";
    this.#part("button").hidden = refused;
    this.#part("button").querySelector("span").textContent = on ? "Stop telling me here" : "Tell me on this device";
    this.#part("words").textContent = refused ? "This browser blocks notices of this site." : on ? "New alerts ring on this device." : "";
    if (this.#part("silent")) this.#part("silent").checked = localStorage.getItem(SILENT) !== "yes";
    if (this.#part("test")) this.#part("test").hidden = !on;
  }

  // With several pages open, one rings; and a hundred alerts in a second ring once, and do not cover the screen.
  #ring(fresh) {
    const before = JSON.parse(localStorage.getItem(RUNG) || "{}");
    if (before.newest === fresh[0].id) return;
    const soon = Date.now() - (before.at ?? 0) < PAUSE;
    const shown = (soon ? before.shown : 0) + fresh.length;
    localStorage.setItem(RUNG, JSON.stringify({ newest: fresh[0].id, at: soon ? before.at : Date.now(), shown }));
    if (!soon) this.#sound();
    if (shown <= MOST) fresh.forEach(({ id, title, bot, url }) => notify(title, bot, id, url));
    else notify(`${shown} new alerts`, `The newest: ${fresh[0].title}`, "hitl.more", inboxOf(fresh[0].url));
  }

  #sound() {
    if (localStorage.getItem(SILENT) !== "yes") this.#chime.play();
  }
}

function isOn() {
  return "Notification" in window && Notification.permission === "granted" && localStorage.getItem(WANTED) === "yes";
}

function notify(title, body, tag, url) {
  const notice = new Notification(title, { body, tag, icon: document.querySelector("link[rel=icon]")?.href });
  notice.addEventListener("click", () => {
    window.focus();
    if (url) location.assign(url);
  });
}

function inboxOf(alert) {
  return new URL("..", new URL(alert, location.href)).pathname;
}
