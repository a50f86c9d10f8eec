import { Completion } from './completion.js';
import { Draft } from './draft.js';
import { Editor } from './editor.js';
import { Recording } from './recording.js';
import { Server } from './server.js';

const LONG_LINE = 2_000;
const MOST_BYTES = 1_000_000;
const UNCHECKED = "The script could not be checked just now; it is checked again when you save.";
const UNREACHABLE = "hitl cannot be reached just now.";

/** A script that is being written: the plain field in the box (`bots/_editor.html`) becomes an editor. */
export class Writing {
  #box;
  #textarea;
  #editor;
  #server;
  #recording;
  #draft;
  #leaving = false;

  constructor(box) {
    this.#box = box;
    this.#textarea = box.querySelector("textarea");
    this.#server = new Server(box.dataset, document.querySelector("[name=csrfmiddlewaretoken]").value);
    const { language, secrets } = JSON.parse(document.getElementById("script-language").content.textContent);
    const complete = new Completion(language, secrets).source;
    this.#editor = new Editor(this.#textarea, { complete, check: (text) => this.#server.check(text) });
    this.#recording = new Recording(document.getElementById("recording"), this.#server, box.dataset.bot);
    this.#draft = new Draft(this.#textarea.form);
  }

  start() {
    this.#editor.onchange = () => this.#say("");
    this.#editor.onproblems = (result) => this.#judge(result);
    this.#recording.onscript = (script) => this.#use(script);
    this.#recording.onfailed = () => this.#say(`The recording could not be read: ${UNREACHABLE}`, true);
    this.#recording.start(this.#box, this.#box.querySelector("[data-file]"));
    this.#box.querySelector("[data-bar]").hidden = false;
    this.#box.addEventListener("click", this.#pressed);
    this.#box.addEventListener("paste", this.#pasted, true);
    this.#textarea.form.addEventListener("submit", this.#submitted);
    this.#textarea.form.addEventListener("htmx:beforeRequest", () => { this.#leaving = true; });
    window.addEventListener("beforeunload", this.#left);
    this.#restore();
  }

  #say(words, isProblem = false) {
    const said = this.#box.querySelector("[data-said]");
    said.textContent = words;
    said.classList.toggle("bad", isProblem);
  }

  #judge(result) {
    const problems = (result?.problems ?? []).filter(({ severity }) => severity === "error");
    this.#box.querySelector("[data-next]").hidden = !result?.problems.length;
    if (!result) this.#say(UNCHECKED);
    else if (problems.length) this.#say(`${count(problems.length, "problem")}. ${problems[0].message}`, true);
    else this.#say(`${count(result.steps, "step")}, ${asked(result.variables)}.${this.#hint()}`);
  }

  #hint() {
    const isLong = this.#editor.text.split("\n", 3).some((line) => line.length > LONG_LINE);
    return isLong ? " It stands in one long line: Tidy up puts it in order." : "";
  }

  #pressed = ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.tidy !== undefined) this.#tidy(button.dataset.tidy);
    if (button?.dataset.next !== undefined) this.#editor.toNextProblem();
  };

  async #tidy(form) {
    const answer = await this.#server.format(this.#editor.text, form);
    if (answer?.source !== undefined) this.#editor.text = answer.source;
    else this.#say(answer?.problem ?? UNREACHABLE, true);
    this.#editor.focus();
  }

  #use({ source, title }) {
    this.#editor.text = source;
    const name = this.#textarea.form.elements.namedItem("name");
    if (name && !name.value) name.value = title.slice(0, 120);
    this.#editor.focus();
  }

  // A whole recording that is pasted is looked over first; anything else is text like any other.
  #pasted = (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const isAlone = !this.#editor.text.trim();
    if (!isAlone || !Recording.is(text) || size(text) > MOST_BYTES) return;
    event.preventDefault();
    event.stopPropagation();
    this.#recording.look(text);
  };

  #submitted = (event) => {
    const bytes = size(this.#editor.text);
    this.#leaving = bytes <= MOST_BYTES;
    if (this.#leaving) {
      this.#draft.keep();
      return;
    }
    event.preventDefault();
    this.#say(`The script has ${bytes.toLocaleString("en")} bytes; at most ${MOST_BYTES.toLocaleString("en")} fit. Divide it into several bots.`, true);
  };

  // A part of a page that was read anew has an editor of its own; the one before it has nothing to lose any more.
  #left = (event) => {
    if (this.#box.isConnected && this.#editor.isChanged && !this.#leaving) event.preventDefault();
  };

  #restore() {
    const restored = this.#draft.restore(this.#textarea.name, (text) => { this.#editor.text = text; });
    if (restored) this.#box.querySelector("[data-restored]").hidden = false;
  }
}

function count(number, one) {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

function asked(variables) {
  return variables.length ? `asks for ${variables.join(", ")}` : "asks for no values";
}

function size(text) {
  return new Blob([text]).size;
}
