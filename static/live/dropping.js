import { lying } from './lying.js';
import { Pace } from './pace.js';

const MOST_KINDS = 20;
const WATCHING = "Take control first: then files can be dropped on the page.";
const NOTHING = "Nothing was dropped.";
const ENDED = "Control ended before the files were there. Nothing was dropped.";
const NEWER = "Something else was dropped.";
const READING = "Looking what is in it…";
const UNREADABLE = "The files could not be read. Drop them again.";

/**
 * Files and folders that are dragged from this person's desk onto the remote page: it shows what it would do with them, and gets
 * them where they are dropped once they have been carried over. A file that misses does not replace this page.
 */
export class Dropping {
  /** onact(type, fields) → the number under which it was sent. */
  onact = () => null;
  onsaid = () => {};

  #root;
  #canvas;
  #toPicture;
  #uploads;
  #parts;
  #driving = false;
  #over = false;
  #reading = new AbortController();
  #moves = new Pace((place) => this.onact("dragfiles", place));

  /** `root` is the whole view, `box` shows how far the files are. */
  constructor({ root, canvas, box, toPicture, uploads }) {
    this.#root = root;
    this.#canvas = canvas;
    this.#toPicture = toPicture;
    this.#uploads = uploads;
    this.#parts = { box, words: box.querySelector("p"), progress: box.querySelector("progress"), cancel: box.querySelector("button") };
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
    this.drive(false);
  }

  drive(driving) {
    this.#driving = driving;
    if (driving) return;
    this.#away();
    if (!this.#parts.box.hidden) this.#stop(ENDED);
  }

  #listen(verb) {
    for (const type of ["dragenter", "dragover"]) this.#root[verb](type, this.#dragged);
    this.#root[verb]("dragleave", this.#left);
    this.#root[verb]("drop", this.#dropped);
    this.#parts.cancel[verb]("click", this.#cancelled);
  }

  #dragged = (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    const { x, y, inside } = this.#toPicture(event.clientX, event.clientY);
    const here = inside && event.target === this.#canvas;
    event.dataTransfer.dropEffect = here ? "copy" : "none"; // also for who only watches: they are told why not
    if (here && this.#driving) this.#hover({ x, y, kinds: kinds(event) });
    else this.#leave();
  };

  #hover(place) {
    this.#over = true;
    this.#root.dataset.dropping = "";
    this.#moves.push(place);
  }

  #left = (event) => {
    if (!this.#root.contains(event.relatedTarget)) this.#leave();
  };

  #leave() {
    if (!this.#over) return;
    this.#away();
    this.onact("dragaway");
  }

  #away() {
    this.#over = false;
    this.#moves.stop();
    delete this.#root.dataset.dropping;
  }

  #dropped = async (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    const { x, y } = this.#toPicture(event.clientX, event.clientY);
    if (!this.#driving) this.onsaid(WATCHING);
    else if (this.#over && event.dataTransfer.files.length) await this.#take(event.dataTransfer, { x, y });
  };

  async #take(dataTransfer, place) {
    this.#away();
    this.#stop(NEWER);
    const { signal } = (this.#reading = new AbortController());
    const carried = { batch: undefined };
    try {
      await this.#carry(lying(dataTransfer, signal), signal, carried);
      this.onact("dropfiles", { ...place, ...carried });
    } catch (error) {
      this.onact("dragaway", carried);
      this.onsaid(error instanceof DOMException ? UNREADABLE : error.message);
    }
    if (this.#reading.signal === signal) this.#show(null);
  }

  async #carry(finding, signal, carried) {
    this.#show(READING);
    const entries = await finding;
    signal.throwIfAborted();
    if (!entries.length) throw new Error(UNREADABLE);
    const words = sending(entries);
    this.#show(words);
    const sent = this.#uploads.send(entries, (share) => this.#show(words, share));
    carried.batch = this.#uploads.batch;
    await sent;
  }

  #cancelled = () => {
    this.#stop(NOTHING);
    this.#canvas.focus({ preventScroll: true });
  };

  #stop(sentence) {
    this.#reading.abort(new Error(sentence));
    this.#uploads.stop(sentence);
  }

  #show(what, share = 0) {
    const { box, words, progress } = this.#parts;
    box.hidden = !what;
    progress.value = share;
    if (what) words.textContent = what;
  }
}

function sending(entries) {
  const [{ file }, ...more] = entries;
  return more.length ? `Sending ${entries.length.toLocaleString("en")} files to the page…` : `Sending “${file.name}” to the page…`;
}

/** Files from the desk; whatever takes them for itself has said so. */
function isOurs(event) {
  return event.dataTransfer?.types.includes("Files") && !event.defaultPrevented && !event.target.closest?.("input[type=file]");
}

/** Some browsers tell only with the drop how many there are, and of which kind. */
function kinds(event) {
  const files = [...event.dataTransfer.items].filter(({ kind }) => kind === "file").slice(0, MOST_KINDS);
  return files.length ? files.map(({ type }) => type.slice(0, 100)) : [""];
}
