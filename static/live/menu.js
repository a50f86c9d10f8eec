const EDGE = 8; // pixels that it keeps from the window's edges
const GO = Object.freeze([["Back", "back"], ["Forward", "forward"], ["Reload", "reload"]]);

/**
 * What a right click, the menu key or a long press offers where the remote page has no menu of its own. Only what the
 * bar, the keyboard and the downloads can do as well: nothing of it leads into the remote browser's own interface.
 */
export class Menu {
  onact = () => null;
  onedit = () => {};
  oncopy = () => {};

  #box;
  #canvas;
  #toWindow;
  #driving = false;
  #tab = null;
  #history = {};

  constructor(box, canvas, toWindow) {
    this.#box = box;
    this.#canvas = canvas;
    this.#toWindow = toWindow;
    box.addEventListener("click", this.#chosen);
    box.addEventListener("keydown", this.#typed);
    box.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** The tab in front, whose history it is. */
  turn({ id = null, back = true, forward = true } = {}) {
    this.#history = { back, forward };
    if (id !== this.#tab) this.hide();
    this.#tab = id;
  }

  drive(driving) {
    this.#driving = driving;
    if (!driving) this.hide();
  }

  /** The person asked for it at this place of the picture; `link`, `image`, `field` and `selected` say what is there. */
  show(about) {
    if (!this.#driving) return;
    this.#box.replaceChildren(...this.#groups(about).flatMap(withLine));
    this.#box.hidden = false;
    this.#box.showPopover?.();
    this.#place(this.#toWindow(about.x, about.y));
    this.#items[0].focus({ preventScroll: true });
    addEventListener("pointerdown", this.#elsewhere, true);
    addEventListener("blur", this.#gone);
  }

  hide() {
    if (!this.#isOpen) return;
    removeEventListener("pointerdown", this.#elsewhere, true);
    removeEventListener("blur", this.#gone);
    const focused = this.#box.contains(document.activeElement);
    this.#box.hidePopover?.();
    this.#box.hidden = true;
    if (focused) this.#canvas.focus({ preventScroll: true });
  }

  get #isOpen() {
    return !this.#box.hidden; // ":popover-open" is an error where there are no popovers: Safari 16
  }

  get #items() {
    return [...this.#box.querySelectorAll('[role="menuitem"]:not([aria-disabled="true"])')];
  }

  #groups({ link, image, field, selected }) {
    const page = GO.map(([text, to]) => this.#item(text, () => this.onact("go", { to }), this.#history[to] === false));
    const groups = [[...page, this.#item("Save the page as PDF", () => this.onact("print"))]];
    if (field || selected) groups.unshift(this.#edits(field, selected));
    if (image) groups.unshift(this.#pictures());
    if (link) groups.unshift(this.#links(link));
    return groups;
  }

  #links(link) {
    const open = this.#item("Open the link in a new tab", () => this.onact("newtab", { typed: link }));
    return [open, this.#item("Copy the link's address", () => this.oncopy(link))];
  }

  #pictures() {
    return [this.#item("Save the picture", () => this.onact("saveimage")), this.#item("Copy the picture", () => this.onedit("Copy the picture"))];
  }

  #edits(field, selected) {
    const edit = (how) => this.#item(how, () => this.onedit(how));
    return [...(field && selected ? [edit("Cut")] : []), ...(selected ? [edit("Copy")] : []), ...(field ? [edit("Paste")] : []), edit("Select all")];
  }

  #item(text, act, disabled = false) {
    const item = document.createElement("button");
    Object.assign(item, { type: "button", textContent: text, tabIndex: -1, onclick: disabled ? null : act });
    item.setAttribute("role", "menuitem");
    if (disabled) item.ariaDisabled = "true";
    return item;
  }

  // Where it was asked for, but whole in the window.
  #place({ clientX, clientY }) {
    const { offsetWidth: width, offsetHeight: height, style } = this.#box;
    style.left = `${Math.max(EDGE, Math.min(clientX, innerWidth - width - EDGE))}px`;
    style.top = `${Math.max(EDGE, Math.min(clientY, innerHeight - height - EDGE))}px`;
  }

  #chosen = ({ target }) => {
    if (target.closest('[role="menuitem"]:not([aria-disabled="true"])')) this.hide();
  };

  #typed = (event) => {
    const items = this.#items;
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items.at(to % items.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") this.hide();
    else if (event.key === "Enter" || event.key === " ") return;
    else this.#seek(event.key, items, at);
    event.preventDefault();
  };

  // The next that begins with this letter.
  #seek(key, items, at) {
    const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    if (key.length === 1) after.find((item) => item.textContent.toLowerCase().startsWith(key.toLowerCase()))?.focus();
  }

  #elsewhere = (event) => {
    if (!this.#box.contains(event.target)) this.hide();
  };

  #gone = () => this.hide();
}

/** Groups stand apart. */
function withLine(items, number) {
  if (!number) return items;
  const line = document.createElement("hr");
  line.setAttribute("role", "separator");
  return [line, ...items];
}
