const ASKED = Object.freeze({
  file: { title: "The page asks for a file", pick: "Choose a file" },
  files: { title: "The page asks for files", pick: "Choose files" },
  folder: { title: "The page asks for a folder", pick: "Choose a folder" },
});
const SENDING = "Sending…";
const KINDS = Object.freeze({ "image/*": "pictures", "video/*": "videos", "audio/*": "sound", "text/*": "texts", "application/pdf": ".pdf" });

/**
 * The page wants a file: it is chosen here, on the person's own device, and carried over. On a phone that may be the
 * camera. Cancel tells the page, as the browser's own dialog would.
 */
export class Chooser {
  onact = () => {};

  #box;
  #uploads;
  #parts;
  #open = null;
  #driving = false;

  constructor(box, uploads) {
    this.#box = box;
    this.#uploads = uploads;
    const part = (name) => box.querySelector(`[data-part="chooser-${name}"]`);
    this.#parts = { title: part("title"), accept: part("accept"), input: part("input"), pick: part("pick"), cancel: part("cancel"), progress: part("progress"), trouble: part("trouble") };
    this.#parts.pick.addEventListener("click", () => this.#parts.input.click());
    this.#parts.input.addEventListener("change", this.#chosen);
    this.#parts.cancel.addEventListener("click", this.#cancelled);
    box.addEventListener("cancel", this.#escaped);
  }

  /** What the page asks for now: {n, kind, accept, capture}, or nothing. Another question opens the box anew. */
  show(chooser) {
    const next = ASKED[chooser?.kind] ? chooser : null;
    if (next && next.n === this.#open?.n) return;
    if (this.#open) this.#uploads.stop();
    this.#open = next;
    this.#box.close();
    if (this.#open) this.#fill(this.#open);
    this.#render();
  }

  drive(driving) {
    this.#driving = driving;
    this.#render();
  }

  #fill({ kind, accept, capture }) {
    const { title, pick } = ASKED[kind];
    const { input } = this.#parts;
    this.#parts.title.textContent = title;
    this.#parts.pick.textContent = pick;
    this.#parts.accept.textContent = accept ? `It takes: ${inWords(accept)}` : "";
    input.value = "";
    input.accept = accept ?? "";
    input.multiple = kind !== "file";
    input.webkitdirectory = kind === "folder";
    input.toggleAttribute("capture", Boolean(capture));
    if (capture) input.setAttribute("capture", capture);
    this.#say("");
    this.#progress(null);
  }

  #render() {
    const open = Boolean(this.#open) && this.#driving;
    if (open && !this.#box.open) this.#box.showModal();
    if (!open && this.#box.open) this.#box.close();
  }

  #chosen = async () => {
    const entries = [...this.#parts.input.files].map((file) => ({ file, path: file.webkitRelativePath }));
    if (!entries.length) return;
    const { n } = this.#open;
    this.#say("");
    this.#progress(0);
    try {
      const batch = await this.#uploads.send(entries, (share) => this.#progress(share));
      this.onact("choose", { n, batch });
    } catch (error) {
      this.#say(error.message || "The file could not be read. Choose it again.");
      this.#parts.input.value = "";
      this.#progress(null);
    }
  };

  #cancelled = () => {
    const { n } = this.#open;
    this.show(null);
    this.onact("choose", { n });
  };

  #escaped = (event) => {
    event.preventDefault();
    this.#cancelled();
  };

  #progress(share) {
    const { progress, pick } = this.#parts;
    progress.hidden = share === null;
    progress.value = share ?? 0;
    pick.disabled = share !== null;
    if (share !== null) pick.textContent = SENDING;
    else if (this.#open) pick.textContent = ASKED[this.#open.kind].pick;
  }

  #say(sentence) {
    this.#parts.trouble.textContent = sentence;
  }
}

// What a page wrote for a machine.
function inWords(accept) {
  return accept.split(",").map((kind) => KINDS[kind.trim().toLowerCase()] ?? kind.trim()).join(", ");
}
