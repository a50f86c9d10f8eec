const LONGEST_SHOWN = 2_000;

const SAID = Object.freeze({
  alert: { title: "The page says", yes: "OK" },
  confirm: { title: "The page asks", yes: "OK", no: "Cancel" },
  prompt: { title: "The page asks", yes: "OK", no: "Cancel" },
  beforeunload: { title: "The page asks whether to leave it", yes: "Leave", no: "Stay" },
});
const LEAVING = "What was entered there may not be saved.";

/**
 * The dialogs of the remote page (alert, confirm, prompt, leaving), shown as our own: they can be read aloud and
 * answered with a phone. The page's words are shown as the page's, and as text. Who does not drive only reads them.
 */
export class Dialogs {
  onact = () => {};
  onleave = () => {};

  #box;
  #parts;
  #open = null;
  #driving = false;

  constructor(box) {
    this.#box = box;
    const part = (name) => box.querySelector(`[data-part="${name}"]`);
    this.#parts = { title: part("dialog-title"), text: part("dialog-text"), field: part("dialog-field"), input: part("dialog-input"), yes: part("dialog-yes"), no: part("dialog-no"), leave: part("dialog-leave"), hint: part("dialog-hint") };
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
    this.show(null);
  }

  /** The dialog that is open in the page now, or null. An unknown kind is shown like an alert. */
  show(dialog) {
    this.#open = dialog?.kind ? dialog : null;
    if (this.#open) this.#fill(this.#open);
    this.#render();
  }

  drive(driving) {
    this.#driving = driving;
    this.#render();
  }

  #listen(verb) {
    this.#box[verb]("submit", this.#submitted);
    this.#box[verb]("cancel", this.#cancelled);
    this.#parts.leave[verb]("click", this.#left);
  }

  #fill({ kind, text, default: proposal, again }) {
    const said = SAID[kind] ?? SAID.alert;
    this.#parts.title.textContent = said.title;
    this.#parts.text.textContent = shortened(text || (kind === "beforeunload" ? LEAVING : ""));
    this.#parts.yes.textContent = said.yes;
    this.#parts.no.textContent = said.no ?? "";
    this.#parts.no.hidden = !said.no;
    this.#parts.leave.hidden = !again;
    this.#parts.field.hidden = kind !== "prompt";
    this.#parts.input.value = kind === "prompt" ? proposal ?? "" : "";
  }

  #render() {
    const modal = Boolean(this.#open) && this.#driving;
    if (this.#box.open) this.#box.close();
    this.#parts.hint.hidden = modal;
    for (const part of [this.#parts.yes, this.#parts.no, this.#parts.leave, this.#parts.input]) part.disabled = !modal;
    if (modal) this.#box.showModal();
    else this.#box.open = Boolean(this.#open); // show() would take the focus from whoever only watches
  }

  #submitted = (event) => {
    event.preventDefault();
    this.#answer(event.submitter !== this.#parts.no);
  };

  // Escape. An alert has one way out, and that is to accept it.
  #cancelled = (event) => {
    event.preventDefault();
    this.#answer(this.#open?.kind === "alert");
  };

  // A page that opens dialog after dialog is got rid of with its tab.
  #left = () => {
    this.show(null);
    this.onleave();
  };

  #answer(accept) {
    if (!this.#open || !this.#driving) return;
    const text = accept && this.#open.kind === "prompt" ? this.#parts.input.value : undefined;
    this.show(null);
    this.onact("dialog", { accept, text });
  }
}

function shortened(text) {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
