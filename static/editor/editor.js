import {
  autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, Compartment, completionKeymap, defaultKeymap, drawSelection,
  EditorState, EditorView, foldGutter, foldKeymap, highlightActiveLine, highlightActiveLineGutter, highlightSelectionMatches,
  highlightSpecialChars, history, historyKeymap, indentOnInput, indentUnit, indentWithTab, json, keymap, lineNumbers, linter,
  lintGutter, lintKeymap, nextDiagnostic, search, searchKeymap, yaml,
} from '../vendor/codemirror/codemirror.js';
import { isJson } from './place.js';
import { theme } from './look.js';

const AFTER_TYPING = 400;
const HINT = "Escape, then Tab leaves the editor. Control and Space completes. F8 goes to the next problem.";

/**
 * A text field that knows the step language, in the place of a plain one, which stays below for forms without scripts.
 * It lives in a shadow tree: there CodeMirror adopts its style sheets, which a strict Content-Security-Policy allows.
 */
export class Editor {
  onchange = () => {};
  onproblems = () => {};

  #view;
  #language = new Compartment();
  #textarea;

  /** `check(text)` resolves to the problems, or to null where nobody could be asked. */
  constructor(textarea, { complete, check }) {
    this.#textarea = textarea;
    const host = document.createElement("div");
    host.className = "editor-field";
    textarea.after(host);
    textarea.hidden = true;
    const root = host.attachShadow({ mode: "open" });
    const state = EditorState.create({ doc: textarea.value, extensions: this.#extensions(complete, check) });
    this.#view = new EditorView({ state, parent: root, root });
    textarea.form?.addEventListener("formdata", ({ formData }) => formData.set(textarea.name, this.text));
    for (const label of textarea.labels ?? []) label.addEventListener("click", () => this.focus());
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  /** Puts another text into the editor; one Undo brings the old one back. */
  set text(text) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
  }

  get isChanged() {
    return this.text !== this.#textarea.defaultValue;
  }

  focus() {
    this.#view.focus();
  }

  toNextProblem() {
    nextDiagnostic(this.#view);
    this.focus();
  }

  #extensions(complete, check) {
    return [
      lineNumbers(), foldGutter(), lintGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(),
      closeBrackets(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), search({ top: true }),
      EditorState.tabSize.of(2), indentUnit.of("  "), EditorView.lineWrapping, theme,
      autocompletion({ override: [complete], icons: false, closeOnBlur: true }),
      linter((view) => this.#check(view, check), { delay: AFTER_TYPING }),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, indentWithTab, ...defaultKeymap]),
      EditorView.contentAttributes.of({ "aria-label": "Script", "aria-description": HINT, spellcheck: "false", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => update.docChanged && this.#changed()),
      this.#language.of(languageOf(this.#textarea.value)),
    ];
  }

  #changed() {
    const wanted = languageOf(this.#view.state.sliceDoc(0, 200));
    if (this.#language.get(this.#view.state) !== wanted) this.#view.dispatch({ effects: this.#language.reconfigure(wanted) });
    this.onchange();
  }

  async #check(view, check) {
    const text = view.state.doc.toString();
    if (!text.trim()) return []; // nobody has written anything yet
    const result = await check(text);
    this.onproblems(result);
    const end = view.state.doc.length;
    return (result?.problems ?? []).map((problem) => ({ ...problem, from: Math.min(problem.from, end), to: Math.min(problem.to, end) }));
  }
}

const JSON_LANGUAGE = json();
const YAML_LANGUAGE = yaml();

function languageOf(text) {
  return !text.trim() || isJson(text) ? JSON_LANGUAGE : YAML_LANGUAGE;
}
