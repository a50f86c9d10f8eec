const UNITS = ["bytes", "kB", "MB", "GB"];
const HANDED_OVER = 60_000;
const SAID = Object.freeze({ running: "being downloaded", done: "being kept", kept: "being kept" });

/** What is downloaded in the live browser, how far it is, and a link to what this person may fetch. */
export class Downloads {
  onsaid = () => {};

  #part;
  #list;
  #pass;
  #downloads = [];
  #files = [];

  /** `pass`: the header without which no file is handed out, where cookies do not prove who asks. */
  constructor(part, pass) {
    this.#part = part;
    this.#pass = pass;
    this.#list = part?.querySelector("ul");
  }

  /** What the browser says of its downloads. */
  show(downloads) {
    this.#downloads = downloads;
    this.#render();
  }

  /** The files that are kept by now, the newest first, and that this person may fetch. */
  hand(files) {
    const known = new Set(this.#files.map(({ guid }) => guid));
    for (const { guid, name } of files) {
      if (!known.has(guid) && this.#downloads.some((one) => one.guid === guid)) this.onsaid(`${name} is downloaded; it stands under Downloads.`);
    }
    this.#files = files;
    this.#render();
  }

  #render() {
    if (!this.#part) return;
    const rows = this.#rows();
    this.#part.hidden = rows.length === 0;
    this.#list.replaceChildren(...rows);
  }

  #rows() {
    const kept = new Map(this.#files.map((file) => [file.guid, file]));
    const under = this.#downloads.filter(({ guid }) => !kept.has(guid)).reverse();
    return [...under.map(line), ...this.#files.map((file) => linked(file, this.#pass && this.#bring))];
  }

  // A link sends no header of ours: the file is fetched first, then handed to the person's browser.
  #bring = async (event) => {
    event.preventDefault();
    const { href, download } = event.currentTarget;
    const file = await fetch(href, { headers: this.#pass }).then((answer) => (answer.ok ? answer.blob() : null), () => null);
    if (file) save(file, download);
    else this.onsaid(`${download} could not be fetched. Try again.`);
  };
}

function linked({ name, size, url }, bring) {
  const link = element("a", name);
  link.href = url;
  link.download = name;
  if (bring) link.addEventListener("click", bring);
  return row(link, element("small", amount(size)));
}

function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER);
}

function line({ name, size, total, state, why }) {
  const words = element("small", state === "stopped" ? why : `${SAID[state]}, ${amount(size)}${total ? ` of ${amount(total)}` : ""}`);
  if (state === "stopped") words.className = "live-bad";
  return state === "running" ? row(element("span", name), words, bar(name, size, total)) : row(element("span", name), words);
}

function bar(name, size, total) {
  const made = element("progress", "");
  made.setAttribute("aria-label", name);
  if (total) Object.assign(made, { max: total, value: Math.min(size, total) });
  return made;
}

function row(...parts) {
  const made = document.createElement("li");
  made.append(...parts);
  return made;
}

function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function amount(bytes) {
  const unit = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const number = bytes / 1000 ** unit;
  return `${unit && number < 10 ? number.toFixed(1) : Math.round(number)} ${UNITS[unit]}`;
}
