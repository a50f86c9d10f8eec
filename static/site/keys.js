const OFF = "hitl.keys";
const PLAIN = /^(button|checkbox|radio|submit|reset)$/;

/** The inbox's shortcuts: one letter each, never while somebody types, and only where they are wanted. */
export class Keys {
  #dialog;
  #search;
  #wanted;
  #does;

  constructor(dialog, search) {
    this.#dialog = dialog;
    this.#search = search;
    this.#wanted = dialog.querySelector("[data-keys-on]");
    this.#does = {
      j: () => step(1),
      k: () => step(-1),
      Enter: (row) => row?.querySelector("a.primary")?.click(),
      o: (row) => open(row?.querySelector("details[id^=on-it]")),
      a: (row) => row?.querySelector("[data-answers]")?.click(),
      "/": () => this.#search.focus(),
      "?": () => this.#dialog.showModal(),
    };
  }

  start() {
    this.#wanted.checked = localStorage.getItem(OFF) !== "off";
    this.#wanted.addEventListener("change", this.#choose);
    document.addEventListener("keydown", this.#pressed);
  }

  #choose = () => {
    localStorage.setItem(OFF, this.#wanted.checked ? "on" : "off");
  };

  #pressed = (event) => {
    const does = this.#does[event.key];
    if (!does || !this.#wanted.checked || isTaken(event)) return;
    const row = document.activeElement.closest(".alert");
    if (event.key === "Enter" && document.activeElement !== row) return;
    event.preventDefault();
    does(row);
  };
}

function isTaken({ target, ctrlKey, metaKey, altKey, isComposing, defaultPrevented }) {
  if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented || document.querySelector("dialog[open]")) return true;
  const types = target.closest("input, textarea, select, [contenteditable]");
  return types !== null && !PLAIN.test(types.type);
}

function step(by) {
  const rows = [...document.querySelectorAll(".alert")];
  const here = rows.indexOf(document.activeElement.closest(".alert"));
  const row = rows[here < 0 ? 0 : Math.min(Math.max(here + by, 0), rows.length - 1)];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function open(details) {
  if (!details) return;
  details.open = true;
  details.querySelector("button").focus();
}
