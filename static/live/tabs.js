import { originOf } from './address.js';

const LONGEST_TITLE = 80;
const MOST_SHOWN = 50;
const ICON = /^[A-Za-z0-9+/=]{1,20000}$/;

/** The tabs of the remote browser. The controller opens, chooses and closes; everybody sees them. */
export class Tabs {
  onchoose = () => {};
  onclose = () => {};
  onopen = () => {};

  #list;
  #count;
  #tabs = [];
  #icons = new Map();
  #driving = false;
  #front;

  /** `count` unfolds the list where the window is too narrow for it. */
  constructor(list, count) {
    this.#list = list;
    this.#count = count;
    count.addEventListener("click", () => this.#unfold(count.ariaExpanded !== "true"));
    list.addEventListener("keydown", (event) => event.key === "Escape" && this.#unfold(false));
  }

  show(tabs) {
    this.#tabs = tabs;
    this.#render();
  }

  /** The icon of a tab: PNG in base64, or nothing. */
  icon(id, png) {
    if (png && ICON.test(png)) this.#icons.set(id, png);
    else this.#icons.delete(id);
    this.#render();
  }

  drive(driving) {
    this.#driving = driving;
    this.#unfold(false);
    this.#render();
  }

  #render() {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.tab : null;
    const shown = this.#tabs.slice(0, MOST_SHOWN).map((tab) => this.#item(tab));
    this.#list.replaceChildren(...shown, ...(this.#driving ? [this.#opener()] : []));
    this.#list.hidden = !this.#tabs.length;
    this.#count.hidden = this.#tabs.length < 2 && !this.#driving;
    this.#count.textContent = String(this.#tabs.length);
    this.#count.setAttribute("aria-label", `Tabs: ${this.#tabs.length}`);
    // The list was made anew: whoever stood on a tab with the keyboard still stands there.
    if (focused) [...this.#list.querySelectorAll("button")].find((button) => button.dataset.tab === focused)?.focus();
    this.#follow();
  }

  // A tab that has just come to the front is brought into view; where the person has scrolled to since, it stays.
  #follow() {
    const front = this.#tabs.find((tab) => tab.active)?.id;
    if (front === this.#front) return;
    this.#front = front;
    const item = this.#list.querySelector("li:has([aria-current])");
    if (item) this.#list.scrollLeft = item.offsetLeft - (this.#list.clientWidth - item.offsetWidth) / 2;
  }

  #item(tab) {
    const item = document.createElement("li");
    item.append(this.#choice(tab));
    if (this.#driving) item.append(this.#closer(tab));
    return item;
  }

  #choice(tab) {
    const button = this.#button(tab.id, "", () => this.#choose(tab));
    const title = document.createElement("span");
    title.className = "live-title";
    title.textContent = button.title = titleOf(tab);
    button.append(this.#mark(tab), title);
    // Not `disabled`: who only watches can still reach and read the tabs with the keyboard.
    button.ariaDisabled = String(!this.#driving);
    if (tab.active) button.setAttribute("aria-current", "true");
    return button;
  }

  /** Its icon, or the first letter of its site. */
  #mark({ id, url, loading, crashed }) {
    const png = this.#icons.get(id);
    const mark = document.createElement(png ? "img" : "span");
    mark.className = "live-icon";
    mark.ariaHidden = "true";
    mark.dataset.state = crashed ? "crashed" : loading ? "loading" : "";
    if (png) Object.assign(mark, { src: `data:image/png;base64,${png}`, alt: "" });
    else mark.textContent = crashed ? "!" : letterOf(url);
    return mark;
  }

  #closer(tab) {
    const button = this.#button(`close ${tab.id}`, "×", () => this.onclose(tab.id));
    button.className = "live-tab-close";
    button.setAttribute("aria-label", `Close tab ${titleOf(tab)}`);
    return button;
  }

  #opener() {
    const item = document.createElement("li");
    item.className = "live-tab-new";
    const button = this.#button("new", "+", () => this.#open());
    button.setAttribute("aria-label", "New tab");
    button.title = "New tab";
    item.append(button);
    return item;
  }

  #button(id, text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.tab = id;
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  #choose(tab) {
    if (!this.#driving) return;
    this.#unfold(false);
    this.onchoose(tab.id);
  }

  #open() {
    this.#unfold(false);
    this.onopen();
  }

  #unfold(open) {
    this.#count.setAttribute("aria-expanded", String(open));
    this.#list.toggleAttribute("data-open", open);
  }
}

function titleOf({ title, url }) {
  return (title || originOf(url) || "New tab").slice(0, LONGEST_TITLE);
}

function letterOf(url) {
  return originOf(url).replace(/^[a-z]+:\/\//, "").replace(/^www\./, "").slice(0, 1).toUpperCase();
}
