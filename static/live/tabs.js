const LONGEST_TITLE = 80;
const MOST_SHOWN = 50;

/** The tabs of the remote browser. The controller chooses and closes; everybody sees where the page really is. */
export class Tabs {
  onchoose = () => {};
  onclose = () => {};

  #list;
  #address;
  #tabs = [];
  #driving = false;

  constructor(list, address) {
    this.#list = list;
    this.#address = address;
  }

  show(tabs) {
    this.#tabs = tabs;
    this.#render();
  }

  drive(driving) {
    this.#driving = driving;
    this.#render();
  }

  #render() {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.tab : null;
    this.#list.replaceChildren(...this.#tabs.slice(0, MOST_SHOWN).map((tab) => this.#item(tab)));
    this.#list.hidden = this.#tabs.length < 2;
    this.#address.textContent = origin(this.#tabs.find((tab) => tab.active)?.url);
    // The list was made anew: whoever stood on a tab with the keyboard still stands there.
    if (focused) [...this.#list.querySelectorAll("button")].find((button) => button.dataset.tab === focused)?.focus();
  }

  #item(tab) {
    const item = document.createElement("li");
    item.append(this.#choice(tab));
    if (this.#driving) item.append(this.#closer(tab));
    return item;
  }

  #choice(tab) {
    const button = this.#button(tab.id, titleOf(tab), () => this.#driving && this.onchoose(tab.id));
    // Not `disabled`: who only watches can still reach and read the tabs with the keyboard.
    button.ariaDisabled = String(!this.#driving);
    if (tab.active) button.setAttribute("aria-current", "true");
    return button;
  }

  #closer(tab) {
    const button = this.#button(`close ${tab.id}`, "×", () => this.onclose(tab.id));
    button.className = "live-tab-close";
    button.setAttribute("aria-label", `Close tab ${titleOf(tab)}`);
    return button;
  }

  #button(id, text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.tab = id;
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }
}

function titleOf({ title, url }) {
  return (title || origin(url) || "New tab").slice(0, LONGEST_TITLE);
}

/** Scheme and host as the browser resolves them: look-alike letters stand there in punycode. */
function origin(url) {
  try {
    const { protocol, host } = new URL(url);
    if (!host) return protocol;
    return protocol === "https:" ? host : `${protocol}//${host}`;
  } catch {
    return "";
  }
}
