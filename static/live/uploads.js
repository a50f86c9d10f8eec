const PIECE = 64 * 1024;
const NUMBER = 4;
const MOST_FLYING = 4; // pieces on the way: a key that is pressed meanwhile waits for no more than these

// The server's own limits: whoever brings more is told before anything is sent.
export const MOST_FILES = 2_000;
const MOST_BYTES = 200 * 1024 * 1024;
const LONGEST_PATH = 1_000;
const DEEPEST = 30;

/**
 * Carries files to the remote browser's folder, piece by piece over the line that stands. What becomes of a batch is
 * said afterwards, with its number: chosen in the page's field, or dropped on the page.
 */
export class Uploads {
  /** onact(type, fields) → the number under which it was sent; onpiece(buffer). */
  onact = () => null;
  onpiece = () => {};

  /** The number of the newest batch. */
  batch = 0;

  #last = 0;
  #job = null;
  #announced = new Set(); // the newest batch's files, as their announcements were numbered

  /**
   * Resolves to the batch's number when all of it has arrived. `entries` are {file, path}; `onprogress(share)`.
   * Rejects with a sentence where it was refused, the line was lost or a newer one began.
   */
  async send(entries, onprogress = () => {}) {
    this.#fail("Something else was chosen.");
    this.#announced.clear();
    this.batch = ++this.#last;
    const wrong = whyNot(entries);
    if (wrong) throw new Error(wrong);
    const job = { batch: this.batch, total: sum(entries), before: 0, onprogress, taken: () => {} };
    this.#job = job;
    for (const { file, path } of entries) await this.#carry(job, file, path || file.name);
    if (this.#job === job) this.#job = null;
    return job.batch;
  }

  /** Ends what is under way; of what was announced nothing more is to come. */
  stop(sentence = "") {
    this.#announced.clear();
    this.#fail(sentence);
  }

  /** So many bytes of that file have arrived. */
  taken({ number, bytes }) {
    const job = this.#job;
    if (job?.number !== number) return;
    job.onprogress(job.total ? (job.before + bytes) / job.total : 1);
    job.taken(bytes);
  }

  /** True if it was one of these files that was refused, be it once more: its pieces on the way are refused too. */
  refused(number, sentence) {
    if (number === null || !this.#announced.has(number)) return false;
    this.#fail(sentence);
    return true;
  }

  async #carry(job, file, path) {
    const number = (job.number = ++this.#last);
    const failed = new Promise((_, reject) => (job.fail = reject));
    failed.catch(() => {});
    const until = arrivals(job, failed);
    this.#announced.add(this.onact("file", { batch: job.batch, number, path: path.toWellFormed(), size: file.size }));
    for (let at = 0; at < file.size; at += PIECE) {
      await until(at - (MOST_FLYING - 1) * PIECE);
      const piece = await Promise.race([failed, file.slice(at, at + PIECE).arrayBuffer()]);
      this.onpiece(numbered(number, piece));
    }
    await until(file.size);
    job.before += file.size;
  }

  #fail(sentence) {
    const job = this.#job;
    this.#job = null;
    job?.fail?.(new Error(sentence));
  }
}

/** until(bytes) resolves when so many of the job's file have arrived, and rejects as soon as it has failed. */
function arrivals(job, failed) {
  let arrived = 0;
  let awaited = { bytes: 0, resolve: () => {} };
  const look = () => {
    if (arrived >= awaited.bytes) awaited.resolve();
  };
  job.taken = (bytes) => {
    arrived = bytes;
    look();
  };
  return (bytes) => {
    const there = new Promise((resolve) => (awaited = { bytes, resolve }));
    look();
    return Promise.race([failed, there]);
  };
}

function numbered(number, piece) {
  const message = new Uint8Array(NUMBER + piece.byteLength);
  new DataView(message.buffer).setUint32(0, number);
  message.set(new Uint8Array(piece), NUMBER);
  return message.buffer;
}

/** One file that is too large the server names itself, with what is left in its session. */
function whyNot(entries) {
  if (entries.length > MOST_FILES) return `These are ${entries.length.toLocaleString("en")} files. At most ${MOST_FILES.toLocaleString("en")} can be handed over at once.`;
  const bytes = sum(entries);
  if (entries.length > 1 && bytes > MOST_BYTES) return `These files have ${megabytes(bytes)} together. At most ${megabytes(MOST_BYTES)} fit into a session.`;
  const deep = entries.find(({ path = "" }) => path.length > LONGEST_PATH || path.split("/").filter(Boolean).length > DEEPEST);
  return deep ? `“${deep.file.name}” lies too deep in its folders. Take one of the inner folders instead.` : "";
}

function megabytes(bytes) {
  return `${Math.ceil(bytes / (1024 * 1024)).toLocaleString("en")} MB`;
}

function sum(entries) {
  return entries.reduce((bytes, { file }) => bytes + file.size, 0);
}
