import { snippet } from '../vendor/codemirror/codemirror.js';
import { isJson, placeAt } from './place.js';

const VARIABLE = /\{\{\s*([\w.-]*)$/;
const USED = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;
const ASKED = /["']?name["']?\s*:\s*["']?([A-Za-z_][\w-]*)/g;
const WORD = /^[\w-]*$/;

/** Completes step types, fields, choices and variables, each with its sentence from the step language itself. */
export class Completion {
  #language;
  #secrets;

  constructor(language, secrets = []) {
    this.#language = language;
    this.#secrets = secrets;
  }

  source = (context) => {
    const text = context.state.doc.toString();
    const before = text.slice(0, context.pos);
    const variable = VARIABLE.exec(before.slice(-80));
    if (variable) return { from: context.pos - variable[1].length, options: this.#variables(text), validFor: /^[\w.-]*$/ };
    const place = placeAt(before);
    if (!place || !WORD.test(place.word)) return null;
    if (!place.word && !place.quoted && !context.explicit) return null;
    const options = this.#options(place, !isJson(text));
    return options.length ? { from: context.pos - place.word.length, options, validFor: WORD } : null;
  };

  #options(place, isYaml) {
    const { path, objects } = place;
    const step = path[0] === "steps" ? this.#language.steps[objects[1]?.type] : null;
    if (path[0] !== "steps") return this.#inside(this.#language.script, path, place, isYaml);
    if (path.length > 2) return this.#inside(step?.fields ?? {}, path.slice(2), place, isYaml);
    if (place.key === "type") return this.#types();
    if (place.key) return values(step?.fields[place.key]);
    if (!place.isName) return this.#steps(isYaml ? "flow" : "json");
    const whole = isYaml && !place.json && !Object.keys(objects[1]).length ? this.#steps("block") : [];
    return [...whole, ...names({ type: { help: "What the step does.", needed: true, takes: "text" }, ...step?.fields }, place, isYaml)];
  }

  // The fields of an object further in; numbers on the way are items of lists.
  #inside(fields, path, place, isYaml) {
    for (const name of path.filter((part) => typeof part === "string")) fields = fields?.[name]?.fields;
    if (!fields) return [];
    return place.isName ? names(fields, place, isYaml) : values(fields[place.key]);
  }

  #types() {
    return Object.entries(this.#language.steps).map(([label, { help, ours }]) => ({ label, info: help, type: "class", boost: ours ? 1 : 0 }));
  }

  // A whole step with what it needs, to be filled in.
  #steps(form) {
    return Object.entries(this.#language.steps).map(([label, { help, fields }]) => ({
      label, info: help, type: "class", detail: "step", boost: 2, apply: snippet(skeleton(label, fields, form)),
    }));
  }

  #variables(text) {
    const used = [...text.matchAll(USED)].map(([, name]) => name);
    const asked = [...text.matchAll(ASKED)].map(([, name]) => `human.${name}`);
    const secrets = this.#secrets.map((name) => `secrets.${name}`);
    return [...new Set([...used, ...asked, ...secrets])].map((label) => ({ label, type: "variable", apply: closed }));
  }
}

function names(fields, place, isYaml) {
  const there = place.objects.at(-1);
  return Object.entries(fields)
    .filter(([name]) => !(name in there))
    .map(([label, field]) => ({
      label, info: field.help, type: "property", detail: field.needed ? "needed" : "", boost: field.needed ? 1 : 0,
      apply: (view, _, from, to) => write(view, isYaml ? `${label}: ` : `"${label}": `, field, from, to, !isYaml || place.json),
    }));
}

// The name with its colon and the signs that its value begins and ends with; the cursor comes between them.
function write(view, name, { takes }, from, to, inFlow) {
  const quote = view.state.sliceDoc(from - 1, from);
  if (quote === '"' || quote === "'") from -= 1;
  if (view.state.sliceDoc(to, to + 1) === quote) to += 1;
  const ends = inFlow ? { text: ['"', '"'], list: ["[", "]"], object: ["{", "}"] }[takes] ?? ["", ""] : ["", ""];
  view.dispatch({ changes: { from, to, insert: name + ends.join("") }, selection: { anchor: from + name.length + ends[0].length } });
}

function values(field) {
  const words = field?.takes === "flag" ? ["true", "false"] : field?.choices ?? [];
  return words.map((label) => ({ label, type: "constant" }));
}

function closed(view, { label }, from, to) {
  const end = view.state.sliceDoc(to, to + 2);
  const missing = "}}".slice([...end].filter((sign) => sign === "}").length);
  view.dispatch({ changes: { from, to, insert: label + missing }, selection: { anchor: from + label.length + 2 } });
}

function skeleton(type, fields, form) {
  const needed = Object.entries(fields).filter(([, field]) => field.needed);
  if (form === "block") return ["type: " + type, ...needed.map(([name, field]) => `  ${name}: ${blank(field, name)}`)].join("\n");
  const quote = form === "json" ? '"' : "";
  const pairs = needed.map(([name, field]) => `${quote}${name}${quote}: ${blank(field, name)}`);
  return `{${[`${quote}type${quote}: ${quote}${type}${quote}`, ...pairs].join(", ")}}`;
}

function blank({ takes }, name) {
  if (name === "selectors") return `[["\${selector}"]]`;
  return { list: `["\${${name}}"]`, number: `\${${name}}` }[takes] ?? `"\${${name}}"`;
}
