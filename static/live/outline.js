const EVERY = 1_500;
const SAID = Object.freeze({ link: "Link", button: "Button", check: "Check box", radio: "Option", field: "Field", choice: "Choice" });

// What is not said of an entry.
const PLAIN = Object.freeze({ level: null, value: "", options: [], checked: null, disabled: false, note: "" });

/**
 * The page as a list of its own headings, texts, fields, buttons and links, which can be worked without the picture.
 * `onask()` is called again and again while the list is open; `onact(t, fields)` acts on an entry.
 */
export class Outline {
  onask = () => {};
  onact = () => {};

  #details;
  #list;
  #items = new Map();
  #driving = false;
  #timer = 0;

  constructor(details) {
    this.#details = details;
    this.#list = details.querySelector("ul");
    this.#list.tabIndex = -1;
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
    clearInterval(this.#timer);
    this.#details.hidden = true;
  }

  /** Only whoever drives can work the page. */
  drive(driving) {
    this.#driving = driving;
    this.#details.toggleAttribute("data-driving", driving);
    for (const { element } of this.#items.values()) this.#allow(element);
  }

  /** What has not changed stays as it is, with what is half typed in it; whoever is in the list by keyboard stays there. */
  show({ entries, more }) {
    const place = this.#place();
    this.#replace(entries);
    this.#details.querySelector("[data-more]").hidden = !more;
    if (place && !this.#list.contains(document.activeElement)) this.#return(place);
  }

  #replace(entries) {
    const items = new Map(entries.map((entry) => [entry.id ?? entry, this.#item(entry)]).filter(([, item]) => item));
    for (const [id, { element }] of this.#items) if (items.get(id)?.element !== element) element.remove();
    this.#items = items;
    let place = this.#list.firstElementChild;
    for (const { element } of items.values()) {
      if (element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(element, place);
    }
  }

  // The entry with the focus, and which of its controls has it.
  #place() {
    const entry = document.activeElement?.closest("li");
    if (!this.#list.contains(document.activeElement)) return null;
    return { id: entry?.dataset.id, control: controls(entry).indexOf(document.activeElement) };
  }

  #return({ id, control }) {
    (controls(this.#items.get(id)?.element)[control] ?? this.#list).focus({ preventScroll: true });
  }

  /** There is another page, or none that may be seen. */
  clear() {
    this.show({ entries: [], more: false });
  }

  #listen(verb) {
    this.#details[verb]("toggle", this.#toggled);
    this.#details[verb]("click", this.#pressed);
    this.#details[verb]("submit", this.#filled);
  }

  // By its id alone: as it was.
  #item(said) {
    if (typeof said === "string") return this.#items.get(said);
    const entry = { ...PLAIN, ...said };
    const source = JSON.stringify(entry);
    const before = this.#items.get(entry.id);
    if (before?.source === source) return before;
    const element = document.createElement("li");
    element.dataset.id = entry.id;
    element.append(...(MAKES[entry.kind] ?? MAKES.text)(entry));
    if (entry.note) annotate(element, entry);
    this.#allow(element);
    return { source, element };
  }

  #allow(element) {
    for (const control of controls(element)) {
      control.disabled = !this.#driving || "off" in control.dataset;
    }
  }

  #toggled = () => {
    clearInterval(this.#timer);
    if (!this.#details.open) return;
    this.onask();
    this.#timer = setInterval(() => this.onask(), EVERY);
  };

  #pressed = ({ target }) => {
    const button = target.closest("button[type=button]");
    if (button) this.onact("pressentry", { id: button.closest("li").dataset.id });
  };

  #filled = (event) => {
    event.preventDefault();
    const { text } = event.target.elements;
    this.onact("fillentry", { id: event.target.closest("li").dataset.id, text: text.value });
    if (text.type !== "select-one") text.value = "";
  };
}

/** What the page explains of it is read out with its controls. */
function annotate(element, { id, note }) {
  const hint = make("small", note, { id: `live-note-${id}` });
  for (const control of controls(element)) control.setAttribute("aria-describedby", hint.id);
  element.append(hint);
}

function controls(entry) {
  return [...(entry?.querySelectorAll("button, input, select") ?? [])];
}

function make(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...properties });
}

function button({ kind, name, checked, disabled }) {
  const element = make("button", name, { type: "button" });
  element.setAttribute("aria-label", `${SAID[kind]}: ${name}`);
  if (checked !== null) element.setAttribute("aria-pressed", String(checked));
  if (disabled) element.dataset.off = "";
  return [element];
}

function form(name, control, act) {
  const whole = document.createElement("form");
  const label = make("label", `${name} `);
  label.append(Object.assign(control, { name: "text" }));
  whole.append(label, make("button", act));
  return [whole];
}

// What stands in a field is not told, so it begins empty; it is never kept by this browser either.
function field({ name }) {
  return form(name, make("input", "", { autocomplete: "off", maxLength: 10_000, placeholder: "In place of what stands there" }), "Write");
}

function choice({ name, value, options }) {
  const select = document.createElement("select");
  select.append(...options.map((option) => make("option", option, { value: option, selected: option === value })));
  return form(name, select, "Choose");
}

// Said as soon as it is there: the browser draws it for a few seconds, for whoever sees.
function complaint({ name }) {
  const element = make("p", name);
  element.setAttribute("role", "alert");
  return [element];
}

const MAKES = Object.freeze({
  // All of one level: the page's own order of levels is none of the page around it.
  heading: ({ name }) => [make("h2", name)],
  text: ({ name }) => [make("p", name)],
  link: button,
  button,
  check: button,
  radio: button,
  field,
  choice,
  complaint,
});
