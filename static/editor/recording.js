const STEPS = /"steps"\s*:\s*\[/;

/**
 * A recording that is dropped, pasted or chosen: what each step became is shown in a dialog, with a choice for every
 * typed value; only then does the script go into the editor.
 */
export class Recording {
  onscript = () => {};
  onfailed = () => {};

  #dialog;
  #server;
  #bot;

  constructor(dialog, server, bot) {
    this.#dialog = dialog;
    this.#server = server;
    this.#bot = bot;
  }

  start(zone, file) {
    zone.addEventListener("dragover", (event) => this.#over(event, zone));
    zone.addEventListener("dragleave", () => zone.removeAttribute("data-over"));
    zone.addEventListener("drop", (event) => this.#dropped(event, zone), true);
    file.addEventListener("change", () => this.#chosen(file));
    this.#dialog.addEventListener("submit", this.#submitted);
  }

  /** Whether a text looks like what Chrome's Recorder exports. */
  static is(text) {
    return text.length > 40 && /^\s*\{/.test(text) && STEPS.test(text);
  }

  async look(text) {
    const fields = new FormData();
    fields.set("recording", text);
    await this.#send(fields);
  }

  #over(event, zone) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.dataset.over = "";
  }

  #dropped(event, zone) {
    zone.removeAttribute("data-over");
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    file.text().then((text) => this.look(text));
  }

  #chosen(file) {
    file.files[0]?.text().then((text) => this.look(text));
    file.value = "";
  }

  #submitted = (event) => {
    if (event.submitter?.formMethod === "dialog") return;
    event.preventDefault();
    this.#send(new FormData(event.target, event.submitter));
  };

  async #send(fields) {
    if (this.#bot) fields.set("bot", this.#bot);
    const answer = await this.#server.recording(fields);
    if (answer === null) this.onfailed();
    else if (typeof answer === "string") this.#show(answer);
    else this.#use(answer);
  }

  #show(html) {
    this.#dialog.innerHTML = html;
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.querySelector("h2")?.focus();
  }

  #use(answer) {
    this.#dialog.close();
    this.#dialog.replaceChildren(); // passwords among it
    this.onscript(answer);
  }
}
