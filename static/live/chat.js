const APART = 700; // milliseconds between two lines: what comes faster is refused

/** What people at this view write to each other. `onwrite(text)` sends; a line that came twice is shown once. */
export class Chat {
  onwrite = () => {};

  #lines;
  #form;
  #last = 0;
  #sentAt = -Infinity;

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
    this.#lines.append(...fresh.map((line) => item(line, me)));
    this.#lines.hidden = this.#form.hidden = false;
    this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  #submitted = (event) => {
    event.preventDefault();
    const { text } = this.#form.elements;
    if (!text.value.trim() || performance.now() - this.#sentAt < APART) return;
    this.#sentAt = performance.now();
    this.onwrite(text.value.trim());
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
