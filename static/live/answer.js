import { post } from './post.js';

const ANSWER = "answer.";
const UNREACHED = "The server cannot be reached. Nothing was sent; try again.";
const FAILED = "That did not work. Nothing was changed; try again.";
const SIGNED_OUT = "You are signed out. Reload the page and sign in.";

/**
 * Done and Can't do this. Both are forms of the page, sent without leaving it; the server's sentences are shown:
 * a field's errors beside the field, what the step's condition still misses in a dialog (stay in control, or go on
 * with a reason), and the real state where somebody was faster.
 */
export class Answer {
  onsent = () => {};
  onanswered = () => {};
  before = async () => {};

  #proof;
  #done;
  #missing;
  #missingList;
  #override;
  #decline;
  #declineForm;
  #openers;
  #given = null;
  #over = false;

  /** With the forms that are there; null where this person may not answer. `part` finds an element by its name. */
  static among(part, proof) {
    return part("done") && new Answer(part, proof);
  }

  constructor(part, proof) {
    this.#proof = proof;
    this.#done = part("done");
    this.#missing = part("missing");
    this.#missingList = part("missing-list");
    this.#override = part("override");
    this.#decline = part("decline");
    this.#declineForm = part("decline-form");
    this.#openers = part("open-decline");
  }

  /** What this page has said, "completed" or "declined", from its sending on: the end may be told before the answer. */
  get given() {
    return this.#given;
  }

  start() {
    this.#listen("addEventListener");
  }

  /** It is over: nothing can be answered any more. */
  stop() {
    this.#over = true;
    this.#listen("removeEventListener");
    this.#clear();
    for (const dialog of [this.#missing, this.#decline]) dialog.close();
    for (const control of [...this.#done.elements, this.#openers]) control.disabled = true;
  }

  #listen(verb) {
    this.#done[verb]("submit", this.#finished);
    this.#override[verb]("submit", this.#overridden);
    this.#declineForm[verb]("submit", this.#declined);
    this.#openers[verb]("click", this.#asked);
    for (const dialog of [this.#missing, this.#decline]) dialog[verb]("click", this.#dismissed);
  }

  #finished = (event) => {
    event.preventDefault();
    this.#send(this.#done, new FormData(this.#done), troubleOf(this.#done));
  };

  #overridden = (event) => {
    event.preventDefault();
    const fields = new FormData(this.#done);
    fields.set("override_reason", new FormData(this.#override).get("override_reason"));
    this.#send(this.#done, fields, troubleOf(this.#override));
  };

  #declined = (event) => {
    event.preventDefault();
    this.#send(this.#declineForm, new FormData(this.#declineForm), troubleOf(this.#declineForm));
  };

  #asked = () => {
    troubleOf(this.#declineForm).textContent = "";
    this.#decline.showModal();
  };

  #dismissed = (event) => {
    if (event.target.closest("[data-dismiss]")) event.currentTarget.close();
  };

  async #send(form, fields, trouble) {
    const buttons = [...this.#done.elements, ...this.#override.elements, ...this.#declineForm.elements].filter((control) => control.type === "submit");
    buttons.forEach((button) => { button.disabled = true; });
    this.#clear();
    this.#given = form === this.#declineForm ? "declined" : "completed";
    try {
      await this.before();
      this.#answered(await post(form.action, fields, this.#proof), trouble);
    } catch {
      this.#given = null;
      trouble.textContent = UNREACHED;
    }
    buttons.forEach((button) => { button.disabled = this.#over; });
  }

  #answered({ status, body }, trouble) {
    if (status >= 200 && status < 300) return this.#accepted(body);
    this.#given = null;
    if (status === 422 && body.missing) return this.#showMissing(body.missing);
    if (status === 422 && body.fields) return this.#showErrors(body.fields, body.detail, trouble);
    trouble.textContent = body.detail || (status === 0 || status === 401 ? SIGNED_OUT : FAILED);
  }

  #accepted(body) {
    this.#missing.close();
    this.#decline.close();
    this.#done.reset();
    this.onsent(body.detail || "Sent. Thank you.");
    this.onanswered(body.status);
  }

  #showMissing(sentences) {
    this.#missingList.replaceChildren(...sentences.map((sentence) => item(sentence)));
    if (!this.#missing.open) this.#missing.showModal();
  }

  #showErrors(fields, detail, trouble) {
    this.#missing.close();
    const form = this.#declineForm.contains(trouble) ? this.#declineForm : this.#done;
    const wrong = Object.entries(fields).map(([name, sentences]) => mark(form, name, [sentences].flat().join(" ")));
    const homeless = wrong.filter((field) => typeof field === "string");
    trouble.textContent = [detail, ...homeless].filter(Boolean).join(" ");
    wrong.find((field) => typeof field !== "string")?.focus();
  }

  #clear() {
    for (const form of [this.#done, this.#override, this.#declineForm]) unmark(form);
  }
}

function troubleOf(form) {
  return form.querySelector("[data-part=\"trouble\"]");
}

/** Puts the sentence beside the field `name`; returns the field, or the sentence where there is no such field. */
function mark(form, name, sentence) {
  const field = form.elements.namedItem(`${ANSWER}${name}`) ?? form.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) return sentence;
  const error = document.createElement("p");
  error.className = "live-error";
  error.id = `live-error-${name}`;
  error.textContent = sentence;
  field.after(error);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", error.id);
  return field;
}

function unmark(form) {
  troubleOf(form).textContent = "";
  form.querySelectorAll(".live-error").forEach((error) => error.remove());
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

function item(sentence) {
  const element = document.createElement("li");
  element.textContent = sentence;
  return element;
}
