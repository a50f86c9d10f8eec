const MOST_SHOWN = 300;
const FIND_FROM = 12; // options: with fewer, a field to find one is only in the way
const TITLES = Object.freeze({
  one: "Choose one",
  many: "Choose",
  date: "Choose a date",
  time: "Choose a time",
  month: "Choose a month",
  week: "Choose a week",
  "datetime-local": "Choose a date and a time",
  color: "Choose a colour",
  suggested: "Type, or choose one",
});

/**
 * A list or picker of a field in the remote page as this device's own control: large for fingers, read aloud by screen
 * readers. What is chosen is put into the page's field, with the events that it expects.
 */
export class Picker {
  onact = () => {};

  #box;
  #parts;
  #asked = null;
  #chosen = new Set();

  constructor(box) {
    this.#box = box;
    const part = (name) => box.querySelector(`[data-part="picker-${name}"]`);
    this.#parts = { title: part("title"), field: part("field"), input: part("input"), find: part("find"), list: part("list"), rest: part("rest"), done: part("done"), cancel: part("cancel") };
    box.querySelector("form").addEventListener("submit", this.#submitted);
    this.#parts.cancel.addEventListener("click", () => this.hide());
    this.#parts.input.addEventListener("input", () => this.#typed());
    this.#parts.list.addEventListener("click", this.#pressed);
    this.#parts.list.addEventListener("change", this.#ticked);
  }

  /** A field asks to be filled: {kind, label, value, min, max, step, options, all}; see the server's Picker. */
  show(asked) {
    if (!TITLES[asked.kind]) return;
    this.#asked = asked;
    this.#chosen = new Set(asked.options.flatMap(([, , , selected], at) => (selected ? [at] : [])));
    this.#parts.title.textContent = asked.label || TITLES[asked.kind];
    this.#ask(asked);
    this.#list();
    this.#parts.done.hidden = asked.kind === "one";
    if (!this.#box.open) this.#box.showModal();
    this.#open(asked.kind);
  }

  hide() {
    this.#asked = null;
    if (this.#box.open) this.#box.close();
  }

  drive(driving) {
    if (!driving) this.hide();
  }

  // One field serves for both: to type or pick a value, and to find an option.
  #ask({ kind, value, min, max, step, options }) {
    const { field, input, find } = this.#parts;
    const listed = kind === "one" || kind === "many";
    find.textContent = listed ? "Find" : TITLES[kind];
    field.hidden = listed && options.length < FIND_FROM;
    input.type = listed ? "search" : kind === "suggested" ? "text" : kind;
    for (const [name, limit] of Object.entries({ min, max, step })) {
      if (limit) input.setAttribute(name, limit);
      else input.removeAttribute(name);
    }
    input.value = listed ? "" : value;
  }

  // The device's own picker opens at once where the tap that led here still counts; else with a tap on the field.
  #open(kind) {
    if (kind === "one" || kind === "many" || kind === "suggested") return;
    try {
      this.#parts.input.showPicker();
    } catch {
      this.#parts.input.focus();
    }
  }

  #list() {
    const { list, rest, input } = this.#parts;
    const { kind, options, all } = this.#asked;
    const sought = kind === "suggested" || kind === "one" || kind === "many" ? input.value.trim().toLocaleLowerCase() : "";
    const found = options.map((option, at) => [at, ...option]).filter(([, text]) => text.toLocaleLowerCase().includes(sought));
    list.replaceChildren(...this.#items(found.slice(0, MOST_SHOWN)));
    list.hidden = !options.length;
    const missing = Math.max(all, options.length) - Math.min(found.length, MOST_SHOWN);
    rest.textContent = missing > 0 && options.length ? `${Math.min(found.length, MOST_SHOWN).toLocaleString("en")} of ${Math.max(all, options.length).toLocaleString("en")} are shown: type to find others.` : "";
  }

  #items(found) {
    let last = "";
    return found.flatMap(([at, text, group, disabled]) => {
      const heading = group && group !== last ? [line("live-group", group)] : [];
      last = group;
      return [...heading, this.#item(at, text, disabled)];
    });
  }

  #item(at, text, disabled) {
    const item = document.createElement("li");
    const many = this.#asked.kind === "many";
    const control = document.createElement(many ? "input" : "button");
    Object.assign(control, { type: many ? "checkbox" : "button", disabled });
    control.dataset.at = at;
    if (many) {
      control.checked = this.#chosen.has(at);
      const label = document.createElement("label");
      label.append(control, text);
      item.append(label);
    } else {
      control.textContent = text || "(empty)";
      if (this.#chosen.has(at)) control.setAttribute("aria-current", "true");
      item.append(control);
    }
    return item;
  }

  #typed() {
    if (this.#asked?.options.length) this.#list();
  }

  #pressed = (event) => {
    const at = event.target.closest("button")?.dataset.at;
    if (at === undefined) return;
    const [text] = this.#asked.options[at];
    if (this.#asked.kind === "one") this.#send({ chosen: [[Number(at), text]] });
    else this.#send({ value: text });
  };

  #ticked = ({ target }) => {
    const at = Number(target.dataset.at);
    if (target.checked) this.#chosen.add(at);
    else this.#chosen.delete(at);
  };

  #submitted = (event) => {
    event.preventDefault();
    if (this.#asked.kind === "one") return;
    const chosen = [...this.#chosen].sort((one, other) => one - other);
    if (this.#asked.kind === "many") this.#send({ chosen: chosen.map((at) => [at, this.#asked.options[at][0]]) });
    else this.#send({ value: this.#parts.input.value });
  };

  #send(answer) {
    this.hide();
    this.onact("fill", answer);
  }
}

function line(kind, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  return item;
}
