/** Wires a page on which a script is written. Without scripts, its plain text field does. */
import { Completion } from './completion.js';
import { Draft } from './draft.js';
import { Editor } from './editor.js';
import { Recording } from './recording.js';
import { Server } from './server.js';

const LONG_LINE = 2_000;
const MOST_BYTES = 1_000_000;

const box = document.querySelector("[data-editor]");
const textarea = box.querySelector("textarea");
const said = box.querySelector("[data-said]");
const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
const server = new Server(box.dataset, csrf);
const { language, secrets } = JSON.parse(document.getElementById("script-language").content.textContent);
const completion = new Completion(language, secrets);
const editor = new Editor(textarea, { complete: completion.source, check: (text) => server.check(text) });
const recording = new Recording(document.getElementById("recording"), server, box.dataset.bot);
const draft = new Draft(textarea.form);
let leaving = false;

function say(words, isProblem = false) {
  said.textContent = words;
  said.classList.toggle("bad", isProblem);
}

function count(number, one) {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

editor.onchange = () => say("");
editor.onproblems = (result) => {
  const problems = (result?.problems ?? []).filter(({ severity }) => severity === "error");
  box.querySelector("[data-next]").hidden = !result?.problems.length;
  if (!result) say("The script could not be checked just now; it is checked again when you save.");
  else if (problems.length) say(`${count(problems.length, "problem")}. ${problems[0].message}`, true);
  else say(`${count(result.steps, "step")}, ${result.variables.length ? `asks for ${result.variables.join(", ")}` : "asks for no values"}.${longLine()}`);
};

function longLine() {
  const isLong = editor.text.split("\n", 3).some((line) => line.length > LONG_LINE);
  return isLong ? " It stands in one long line: Tidy up puts it in order." : "";
}

async function tidy(form) {
  const answer = await server.format(editor.text, form);
  if (answer?.source !== undefined) editor.text = answer.source;
  else say(answer?.problem ?? "hitl cannot be reached just now.", true);
  editor.focus();
}

box.querySelector("[data-bar]").hidden = false;
box.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.tidy !== undefined) tidy(button.dataset.tidy);
  if (button?.dataset.next !== undefined) editor.toNextProblem();
});

recording.onscript = ({ source, title }) => {
  editor.text = source;
  const name = textarea.form.elements.namedItem("name");
  if (name && !name.value) name.value = title.slice(0, 120);
  editor.focus();
};
recording.onfailed = () => say("The recording could not be read: hitl cannot be reached just now.", true);
recording.start(box, box.querySelector("[data-file]"));

// A whole recording that is pasted is looked over first; anything else is text like any other.
box.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const isAlone = !editor.text.trim();
  if (!isAlone || !Recording.is(text) || new Blob([text]).size > MOST_BYTES) return;
  event.preventDefault();
  event.stopPropagation();
  recording.look(text);
}, true);

textarea.form.addEventListener("submit", (event) => {
  const bytes = new Blob([editor.text]).size;
  leaving = bytes <= MOST_BYTES;
  if (leaving) {
    draft.keep();
    return;
  }
  event.preventDefault();
  say(`The script has ${bytes.toLocaleString("en")} bytes; at most ${MOST_BYTES.toLocaleString("en")} fit. Divide it into several bots.`, true);
});
window.addEventListener("beforeunload", (event) => {
  if (editor.isChanged && !leaving) event.preventDefault();
});

const restored = draft.restore(textarea.name, (text) => { editor.text = text; });
if (restored) box.querySelector("[data-restored]").hidden = false;
