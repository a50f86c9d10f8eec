import { Answer } from '../live/answer.js';

const LEFT = "This request was answered, has ended, or is not on this list any more. What you typed is still here.";

/**
 * Answering in the inbox, where no browser has to be opened: the panel below a row is fetched when it is asked for, and
 * keeps what is typed while the rows around it change.
 */
export class Quick {
  onanswered = () => {};

  #said;
  #htmx;

  constructor(said, htmx) {
    this.#said = said;
    this.#htmx = htmx;
  }

  start() {
    document.addEventListener("click", this.#pressed);
    document.addEventListener("input", this.#typed);
    document.addEventListener("htmx:afterSwap", this.#mark);
  }

  #pressed = (event) => {
    const button = event.target.closest("[data-answers]");
    if (button) this.#toggle(button);
    const picture = event.target.closest("[data-enlarges]");
    if (!picture) return;
    event.preventDefault();
    picture.closest("[data-quick]").querySelector("[data-part=enlarged]").showModal();
  };

  #toggle(button) {
    const panel = panelOf(button.dataset.answers);
    if (panel.hidden) this.#open(panel, button);
    else this.#close(panel);
  }

  async #open(panel, button) {
    panel.hidden = false;
    this.#mark();
    if (!panel.firstElementChild) await this.#fetch(panel, button.dataset.url);
    panel.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
  }

  async #fetch(panel, url) {
    await this.#htmx.ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" });
    const answer = Answer.among((name) => panel.querySelector(`[data-part="${name}"]`));
    if (!answer) return;
    answer.onsent = (words) => this.#sent(panel, words);
    answer.start();
  }

  #sent(panel, words) {
    this.#said.textContent = words;
    this.#close(panel);
    this.onanswered();
  }

  #close(panel) {
    panel.hidden = true;
    panel.replaceChildren();
    delete panel.dataset.unsent;
    const row = panel.closest(".alert");
    if ("gone" in row.dataset) row.remove();
    this.#mark();
    document.querySelector(`[data-answers="${row.id}"]`)?.focus();
  }

  #typed = (event) => {
    const panel = event.target.closest(".alert-answer");
    if (panel) panel.dataset.unsent = "";
  };

  // The rows' buttons come anew from the server, which does not know what is open here.
  #mark = () => {
    for (const button of document.querySelectorAll("[data-answers]")) {
      button.setAttribute("aria-expanded", !panelOf(button.dataset.answers).hidden);
    }
    for (const words of document.querySelectorAll("[data-gone] [data-part=done] [data-part=trouble]")) words.textContent = LEFT;
  };
}

function panelOf(alert) {
  return document.getElementById(`${alert}-answer`);
}
