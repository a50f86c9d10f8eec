import { now } from './clock.js';

const SECOND = 1_000;
const UNITS = Object.freeze([["day", 86_400], ["hour", 3_600], ["minute", 60]]);
const URGENT = 120;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** Every moment on the page in the reader's words and zone, and every countdown ticking. */
export class Moments {
  start() {
    this.look();
    setInterval(() => this.look(), SECOND);
  }

  /** New elements are looked at now instead of in a second. */
  look() {
    document.querySelectorAll("time[data-moment]").forEach(tell);
    document.querySelectorAll("time[data-exact]").forEach(date);
    document.querySelectorAll("[data-until]").forEach(count);
  }
}

function tell(element) {
  const at = Date.parse(element.dateTime);
  write(element, ago(at));
  date(element);
}

function date(element) {
  if (!element.title) element.title = absolute.format(Date.parse(element.dateTime));
}

function count(element) {
  const left = Math.max(0, Math.round((Date.parse(element.dataset.until) - now()) / SECOND));
  write(element, left ? span(left) : "time is up");
  element.dataset.urgent = left <= URGENT;
}

// Only what differs is written: whoever has selected a text, or reads it with a screen reader, keeps their place.
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** 1 min 20 s ago is "1 minute ago"; what is older than a week is a date. */
export function ago(at) {
  const seconds = Math.round((at - now()) / SECOND);
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  if (size >= 7 * 86_400) return day.format(at);
  const [unit, length] = UNITS.find(([, shortest]) => size >= shortest) ?? UNITS.at(-1);
  return relative.format(Math.round(seconds / length) || Math.sign(seconds), unit);
}

/** 95 → "1:35", 4000 → "1 h 06 min". */
export function span(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours ? `${hours} h ${two(minutes)} min` : `${minutes}:${two(seconds % 60)}`;
}
