/**
 * The live view's messages, seen from the viewer: declared once, built and parsed here and nowhere else.
 * Text messages are JSON with their type in `t`; binary messages are pictures. No I/O.
 */

const VERSION = 1;
const HEADER_BYTES = 16;
// The header's first byte → how the picture is encoded, and whether it stands for itself or builds on the one before.
const KINDS = Object.freeze({
  1: ["h264", "key"], 2: ["h264", "delta"], 3: ["jpeg", "jpeg"], 4: ["vp8", "key"], 5: ["vp8", "delta"],
  6: ["vp9", "key"], 7: ["vp9", "delta"], 8: ["av1", "key"], 9: ["av1", "delta"],
});
const SHARP = 1;

export const LONGEST_TEXT = 10_000;
export const LONGEST_PASTE = 100_000;
export const LONGEST_IMAGE = 690_000;
export const LONGEST_COMPOSED = 1_000;

// The bits of `mods`.
export const ALT = 1;
export const CONTROL = 2;
export const META = 4;
export const SHIFT = 8;

// What the viewer sends: type → fields. A question mark stands behind those that may be absent.
const SENT = Object.freeze({
  hello: ["v", "ticket", "pass?", "viewer?", "codecs", "quality?", "kind?"],
  ack: ["n"],
  picture: ["quality", "kind"],
  figures: [],
  resize: ["e", "w", "h"],
  zoom: ["e", "percent"],
  take: [],
  release: [],
  takeback: [],
  move: ["e", "s", "x", "y", "pen?"],
  down: ["e", "s", "x", "y", "button", "clicks", "mods", "pen?"],
  up: ["e", "s", "x", "y", "button", "clicks", "mods", "pen?"],
  wheel: ["e", "s", "x", "y", "dx", "dy", "mods"],
  key: ["e", "s", "down", "code", "key", "mods", "repeat", "location"],
  text: ["e", "s", "text"],
  compose: ["e", "s", "text", "caret"],
  paste: ["e", "s", "text"],
  image: ["e", "s", "png"],
  keysup: ["e", "s"],
  tab: ["e", "s", "id"],
  closetab: ["e", "s", "id"],
  newtab: ["e", "s", "typed?"],
  go: ["e", "s", "to"],
  visit: ["e", "s", "typed"],
  print: ["e", "s"],
  saveimage: ["e", "s"],
  copyimage: ["e", "s"],
  dialog: ["e", "s", "accept", "text?"],
  file: ["e", "s", "batch", "number", "path", "size"],
  choose: ["e", "s", "n", "batch?"],
  dragfiles: ["e", "s", "x", "y", "kinds"],
  dragaway: ["e", "s", "batch?"],
  dropfiles: ["e", "s", "x", "y", "batch"],
  signin: ["e", "s", "n", "name?", "password?"],
  fill: ["e", "s", "value?", "chosen?"],
  own: ["on"],
  pong: ["n"],
  point: ["x", "y"],
  write: ["text"],
  ask: [],
  hand: ["to"],
  keep: ["to"],
  hide: ["e", "on"],
  outline: [],
  pressentry: ["e", "s", "id"],
  fillentry: ["e", "s", "id", "text"],
});

const number = Number.isFinite;
const text = (value) => typeof value === "string";
const flag = (value) => typeof value === "boolean";
const version = (value) => value === VERSION;
const side = (value) => Number.isInteger(value) && value > 0 && value <= 16_384;
const maybe = (check) => (value) => value === null || value === undefined || check(value);
const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
const shape = (fields) => (value) =>
  value !== null && typeof value === "object" && Object.entries(fields).every(([name, check]) => check(value[name]));

const TAB = shape({ id: text, title: maybe(text), url: maybe(text), active: maybe(flag), loading: maybe(flag), crashed: maybe(flag), back: maybe(flag), forward: maybe(flag) });
const HOLDER = { epoch: maybe(number), viewer: maybe(text), name: maybe(text) };
const DIALOG = { kind: maybe(text), text: maybe(text), default: maybe(text), again: maybe(flag) };
const OPTION = (value) => Array.isArray(value) && text(value[0]) && text(value[1]) && flag(value[2]) && flag(value[3]);

const DOWNLOAD = shape({ guid: text, name: text, size: number, total: number, state: text, why: text });
const FILE = shape({ guid: text, name: text, size: number, url: text });
const FIELD = { mode: maybe(text), secret: flag, code: flag, lines: flag, correct: flag, box: maybe(listOf(number)), caret: maybe(listOf(number)) };

const ENTRY = shape({ id: text, kind: text, name: text, level: maybe(number), value: maybe(text), options: maybe(listOf(text)), checked: maybe(flag), disabled: maybe(flag), note: maybe(text) });
const LISTED = (value) => text(value) || ENTRY(value); // its id, where it is as it was

const EXECUTION = { status: text, failure_reason: maybe(text) };
const ALERT = { status: text, deadline: maybe(text), claimed_by: maybe(text), closed_by: maybe(text), reason: maybe(text) };
const YOU = { viewer: text, may: maybe(text), holds: maybe(flag), own: maybe(text) };

// What the viewer understands: type → the check of each field that it relies on.
const RECEIVED = Object.freeze({
  hello: { v: version, w: side, h: side, tabs: listOf(TAB), control: maybe(shape(HOLDER)), dialog: maybe(shape(DIALOG)) },
  size: { w: side, h: side },
  zoom: { percent: number },
  tabs: { tabs: listOf(TAB) },
  icon: { id: text, png: maybe(text) },
  control: HOLDER,
  people: { people: listOf(shape({ viewer: text, name: maybe(text), may: maybe(text) })) },
  pointer: { viewer: text, x: number, y: number },
  chat: { lines: listOf(shape({ n: number, viewer: text, name: maybe(text), text, at: number })) },
  asked: { viewer: text, name: maybe(text) },
  offered: {},
  outline: { entries: listOf(LISTED), more: flag },
  private: { on: flag, wished: flag },
  input: { e: number, s: number },
  cursor: { png: maybe(text), css: maybe(text), x: maybe(number), y: maybe(number) },
  field: FIELD,
  clipboard: { text, png: maybe(text) },
  downloads: { downloads: listOf(DOWNLOAD) },
  dialog: DIALOG,
  chooser: { kind: maybe(text), accept: maybe(text), capture: maybe(text), n: number },
  signin: { site: maybe(text), realm: maybe(text), again: maybe(flag), n: number },
  picker: { kind: text, label: text, value: text, min: text, max: text, step: text, options: listOf(OPTION), all: number },
  menu: { x: number, y: number, link: text, image: text, field: flag, selected: flag },
  taken: { number, bytes: number },
  refused: { s: maybe(number), why: text },
  nopicture: {},
  away: {},
  figures: { kind: text, coarse: flag, fastest: number, delay: number },
  ping: { n: number },
  gone: { reason: maybe(text) },
  state: { files: maybe(listOf(FILE)), execution: maybe(shape(EXECUTION)), alert: maybe(shape(ALERT)), you: maybe(shape(YOU)), now: maybe(text) },
});

/** The text of a message of type `t`. Throws where a field is missing or the type is unknown: that is our own mistake. */
export function build(t, fields = {}) {
  const message = { t };
  for (const name of SENT[t]) {
    const value = fields[name.replace("?", "")];
    if (value === undefined && !name.endsWith("?")) throw new TypeError(`The message ${t} needs ${name}`);
    message[name.replace("?", "")] = value;
  }
  return JSON.stringify(message);
}

/** The first message. `viewer` is who this page was on an earlier line, so that it may go on as the same. */
export const hello = (fields) => build("hello", { v: VERSION, ...fields, viewer: fields.viewer || undefined });

/** The message in `data`, or null where it is malformed or of a type that this viewer does not know. */
export function parse(data) {
  try {
    const message = JSON.parse(data);
    return Object.hasOwn(RECEIVED, message.t) && shape(RECEIVED[message.t])(message) ? message : null;
  } catch {
    return null;
  }
}

/** The picture in a binary message, or null where the header is not one. `data` is a view, not a copy. */
export function parseFrame(buffer) {
  if (buffer.byteLength <= HEADER_BYTES) return null;
  const head = new DataView(buffer);
  const [codec, kind] = KINDS[head.getUint8(0)] ?? [];
  if (!kind) return null;
  return {
    codec,
    kind,
    sharp: Boolean(head.getUint8(1) & SHARP),
    width: head.getUint16(2),
    height: head.getUint16(4),
    y: head.getUint16(6),
    number: head.getUint32(8),
    time: head.getUint32(12),
    data: new Uint8Array(buffer, HEADER_BYTES),
  };
}
