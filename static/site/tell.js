const WANTED = "hitl.tell";
const RUNG = "hitl.rung";
const NOTES = [[659.25, 0], [880, 0.16]];

/**
 * A notice of the person's own device, with a short sound, for alerts that came after this page was opened. Permission
 * is asked for only when the button is pressed; the choice is remembered on this device.
 */
export class Tell {
  #box;
  #button;
  #words;
  #known = null;
  #sound = null;

  /** `box` holds the button; null on pages that have none: they ring all the same. */
  constructor(box) {
    this.#box = box;
    this.#button = box?.querySelector("[data-tell-button]");
    this.#words = box?.querySelector("[data-tell-words]");
  }

  start() {
    if (!("Notification" in window)) return;
    this.#button?.addEventListener("click", this.#pressed);
    if (this.#box) this.#box.hidden = false;
    // Browsers let a page make a sound only after a press somewhere in it.
    document.addEventListener("pointerdown", this.#wake, { once: true });
    document.addEventListener("keydown", this.#wake, { once: true });
    this.#show();
  }

  /** All open alerts, newest first; those of the first call are known already. */
  hear(alerts) {
    const fresh = this.#known ? alerts.filter(({ id }) => !this.#known.has(id)) : [];
    this.#known = new Set([...(this.#known ?? []), ...alerts.map(({ id }) => id)]);
    if (this.#isOn() && fresh.length) this.#ring(fresh);
  }

  #isOn() {
    return "Notification" in window && Notification.permission === "granted" && localStorage.getItem(WANTED) === "yes";
  }

  #pressed = async () => {
    if (this.#isOn()) localStorage.removeItem(WANTED);
    else if ((await Notification.requestPermission()) === "granted") {
      localStorage.setItem(WANTED, "yes");
      this.#wake();
      this.#play();
    }
    this.#show();
  };

  #show() {
    if (!this.#box) return;
    const on = this.#isOn();
    const refused = Notification.permission === "denied";
    this.#button.hidden = refused;
    this.#button.querySelector("span").textContent = on ? "Stop telling me here" : "Tell me on this device";
    this.#words.textContent = refused ? "This browser blocks notices of this site." : on ? "New alerts ring on this device." : "";
  }

  // With several pages open, one rings.
  #ring(fresh) {
    const newest = fresh[0].id;
    if (localStorage.getItem(RUNG) === newest) return;
    localStorage.setItem(RUNG, newest);
    this.#play();
    for (const { id, title, bot, url } of fresh.slice(0, 3)) {
      const notice = new Notification(title, { body: bot, tag: id, icon: document.querySelector("link[rel=icon]")?.href });
      notice.addEventListener("click", () => {
        window.focus();
        location.assign(url);
      });
    }
  }

  #wake = () => {
    this.#sound ??= new AudioContext();
  };

  #play() {
    if (this.#sound?.state !== "running") return;
    for (const [pitch, wait] of NOTES) this.#strike(pitch, this.#sound.currentTime + wait);
  }

  #strike(pitch, at) {
    const tone = new OscillatorNode(this.#sound, { type: "sine", frequency: pitch });
    const volume = new GainNode(this.#sound, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.18, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(volume).connect(this.#sound.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}
