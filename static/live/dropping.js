import { Pace } from './pace.js';

const MOST_KINDS = 20;
const WATCHING = "Take control first: then files can be dropped on the page.";
const FOLDER = "A folder cannot be dropped here. Drop the files that are in it.";
const NOTHING = "Nothing was dropped.";
const ENDED = "Control ended before the files were there. Nothing was dropped.";
const UNREADABLE = "The files could not be read. Drop them again.";

/**
 * Files that are dragged from this person's desk onto the remote page: it shows what it would do with them, and gets
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
    for (const type of ["dragenter", "dragover"]) this.#root.addEventListener(type, this.#dragged);
    this.#root.addEventListener("dragleave", this.#left);
    this.#root.addEventListener("drop", this.#dropped);
    this.#parts.cancel.addEventListener("click", this.#cancelled);
  }

  stop() {
    for (const type of ["dragenter", "dragover"]) this.#root.removeEventListener(type, this.#dragged);
    this.#root.removeEventListener("dragleave", this.#left);
    this.#root.removeEventListener("drop", this.#dropped);
    this.#parts.cancel.removeEventListener("click", this.#cancelled);
    this.drive(false);
  }

  drive(driving) {
    this.#driving = driving;
    if (driving) return;
    this.#away();
    if (!this.#parts.box.hidden) this.#uploads.stop(ENDED);
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
    const files = [...event.dataTransfer.files];
    const over = this.#over;
    if (hasFolder(event)) {
      this.#leave();
      this.onsaid(FOLDER);
    } else if (!this.#driving) this.onsaid(WATCHING);
    else if (over && files.length) await this.#carry(files, { x, y });
  };

  async #carry(files, place) {
    this.#away();
    this.#show(files, 0);
    const carrying = this.#uploads.send(files.map((file) => ({ file, path: file.name })), (share) => this.#show(files, share));
    const { batch } = this.#uploads;
    try {
      await carrying;
      this.onact("dropfiles", { ...place, batch });
    } catch (error) {
      this.onact("dragaway", { batch });
      this.onsaid(error.message || UNREADABLE);
    }
    this.#show(null);
  }

  #cancelled = () => {
    this.#uploads.stop(NOTHING);
    this.#canvas.focus({ preventScroll: true });
  };

  #show(files, share = 0) {
    const { box, words, progress } = this.#parts;
    box.hidden = !files;
    progress.value = share;
    if (files) words.textContent = files.length === 1 ? `Sending “${files[0].name}” to the page…` : `Sending ${files.length.toLocaleString("en")} files to the page…`;
  }
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

function hasFolder(event) {
  return [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
}
