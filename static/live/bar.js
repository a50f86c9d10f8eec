/** The browser's bar over the picture: tabs, history and address. What is done with it goes to `onact(type, fields)`. */
export class Bar {
  /** Returns the number under which it was sent. */
  onact = () => null;

  #tabs;
  #history;
  #address;
  #active = null;

  constructor({ tabs, history, address }) {
    this.#tabs = tabs;
    this.#history = history;
    this.#address = address;
    tabs.onchoose = (id) => this.onact("tab", { id });
    tabs.onclose = (id) => this.onact("closetab", { id });
    tabs.onopen = () => this.#open();
    history.ongo = (to) => this.onact("go", { to });
    address.onvisit = (typed) => this.onact("visit", { typed });
  }

  show(tabs) {
    const active = tabs.find((tab) => tab.active);
    this.#active = active?.id ?? null;
    this.#tabs.show(tabs);
    this.#history.show(active);
    this.#address.show(active?.url);
  }

  icon({ id, png }) {
    this.#tabs.icon(id, png);
  }

  drive(driving) {
    for (const part of [this.#tabs, this.#history, this.#address]) part.drive(driving);
  }

  closeActive() {
    if (this.#active !== null) this.onact("closetab", { id: this.#active });
  }

  /** Something that was sent under this number was refused. */
  refused(number) {
    return this.#address.refused(number);
  }

  #open() {
    this.onact("newtab");
    this.#address.focus();
  }
}
