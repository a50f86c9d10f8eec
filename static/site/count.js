import * as clock from './clock.js';
import { Paced } from './paced.js';

/** How many alerts wait: in the navigation and in the title, on every page of the workspace. */
export class Count {
  onread = () => {};

  #url;
  #badge;
  #reading = new Paced(() => this.#read());
  #title = document.title.replace(/^\(\d+\) /, "");

  constructor(url, badge) {
    this.#url = url;
    this.#badge = badge;
  }

  soon() {
    this.#reading.soon();
  }

  async #read() {
    const answer = await fetch(this.#url, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => null) : null; // it may break off
    if (!said) return;
    clock.set(said.now);
    this.#show(said.count);
    this.onread(said.newest);
  }

  #show(count) {
    document.title = count ? `(${count}) ${this.#title}` : this.#title;
    this.#badge.hidden = !count;
    this.#badge.querySelector("[data-number]").textContent = count;
  }
}
