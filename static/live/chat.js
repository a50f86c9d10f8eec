const APART = 700; // milliseconds between two lines: what comes faster is refused

/**
 * What people at this view write to each other. `onwrite(text)` sends, and says whether it could; a line that came
 * twice is shown once. What has not come back from the others when the line falls stands in the field again.
 */
export class Chat {
  onwrite = () => {};

  #lines;
  #form;
  #last = 0;
  #sentAt = -Infinity;
  #unheard = "";

  constructor(lines, form) {
    this.#lines = lines;
    this.#form = form;
  }

  start() {
    this.#form.addEventListener("submit", this.#submitted);
  }

  stop() {
    this.#form.removeEventListener("submit", this.#submitted);
    this.#form.hidden = true;
  }

  /** There is somebody to write to. */
  open(others) {
    this.#form.hidden = !others && this.#lines.hidden;
  }

  /** `me` is this viewer's id. */
  show(lines, me) {
    const fresh = lines.filter(({ n }) => n > this.#last);
    if (!fresh.length) return;
    this.#last = fresh.at(-1).n;
    for (const { viewer, text } of fresh) if (viewer === me) this.#arrived(text);
    this.#lines.append(...fresh.map((line) => item(line, me)));
    this.#lines.hidden = this.#form.hidden = false;
    this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  /** The line has fallen: nobody knows whether the last message went out. */
  giveBack() {
    const { text } = this.#form.elements;
    if (this.#unheard && !text.value) text.value = this.#unheard;
    this.#sentAt = -Infinity;
  }

  #arrived(words) {
    const { text } = this.#form.elements;
    if (words !== this.#unheard) return;
    if (text.value === words) text.value = ""; // it was given back, and had arrived
    this.#unheard = "";
  }

  #submitted = (event) => {
    event.preventDefault();
    const { text } = this.#form.elements;
    if (!text.value.trim() || performance.now() - this.#sentAt < APART) return;
    const words = text.value.trim();
    if (!this.onwrite(words)) return;
    this.#sentAt = performance.now();
    this.#unheard = words;
    text.value = "";
  };
}

function item({ viewer, name, text, at }, me) {
  const line = document.createElement("p");
  const who = document.createElement("strong");
  who.textContent = viewer === me ? "You" : name || "Guest";
  const when = document.createElement("time");
  when.textContent = new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = document.createElement("span");
  words.textContent = text;
  line.append(who, " ", when, " ", words);
  return line;
}
