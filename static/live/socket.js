/**
 * A socket that comes back by itself. It knows no message: what arrives goes to `onmessage`, text or ArrayBuffer.
 *
 * The first loss is mended at once; after that the waits grow with full jitter, so that a thousand viewers of a
 * restarted server do not return in one moment. A close code in `finals` ends it for good.
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 4_000; // whoever waits for a server that is back sees its picture within five seconds
const STEADY_AFTER = 5_000;
const RESTART = 1012;
const LISTEN_EVERY = 1_000;

export class Socket {
  onopen = () => {};
  onmessage = () => {};
  onlost = () => {};
  onended = () => {};

  #url;
  #finals;
  #patience;
  #socket = null;
  #tries = 0;
  #openedAt = 0;
  #retry = 0;
  #listening = 0;
  #heardAt = 0;

  constructor(url, { finals = [], patience = 15_000 } = {}) {
    this.#url = url;
    this.#finals = new Set(finals);
    this.#patience = patience;
  }

  start() {
    window.addEventListener("online", this.#hurry);
    this.#connect();
  }

  stop() {
    window.removeEventListener("online", this.#hurry);
    clearTimeout(this.#retry);
    this.#forget();
  }

  /** Sends when the line stands; else the data is dropped: nothing is ever sent late. */
  send(data) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  /** Drops the line and takes it up again at once. */
  again() {
    this.#lose(0);
  }

  /** Drops a line that is of no use, and tries again after the wait of a failed try. */
  later() {
    this.#lose(this.#wait());
  }

  /** From now on the other side is known to speak regularly: a long silence means that the line is dead. */
  expectSound() {
    this.#heardAt = Date.now();
    this.#listening ||= setInterval(this.#listen, LISTEN_EVERY);
  }

  /** The other side has spoken. */
  sound() {
    this.#heardAt = Date.now();
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#socket = new WebSocket(this.#url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", this.#opened);
    this.#socket.addEventListener("message", this.#heard);
    this.#socket.addEventListener("close", this.#closed);
  }

  #opened = () => {
    this.#openedAt = performance.now();
    this.onopen();
  };

  #heard = (event) => {
    this.onmessage(event.data);
  };

  #closed = (event) => {
    if (this.#finals.has(event.code)) {
      this.stop();
      this.onended(event.code);
    } else {
      this.#lose(event.code === RESTART ? 0 : this.#wait());
    }
  };

  #lose(wait) {
    clearTimeout(this.#retry); // of a line lost before: two tries at once would be two lines
    this.#forget();
    this.#tries += 1;
    this.#retry = setTimeout(() => this.#connect(), wait);
    this.onlost();
  }

  #wait() {
    // A line that fell soon after it opened counts as a failed try, or a server that accepts and drops is hammered.
    if (this.#openedAt && performance.now() - this.#openedAt > STEADY_AFTER) this.#tries = 0;
    this.#openedAt = 0;
    if (this.#tries === 0) return 0;
    return Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#tries);
  }

  // By the clock on the wall, for a machine that sleeps stops all others: once awake, it does not show an hour-old
  // picture as if it were live. A clock that was put back costs one return.
  #listen = () => {
    if (Math.abs(Date.now() - this.#heardAt) > this.#patience) this.#lose(this.#wait());
  };

  #hurry = () => {
    if (this.#retry) this.#connect();
  };

  #forget() {
    clearInterval(this.#listening);
    this.#listening = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.removeEventListener("open", this.#opened);
    socket.removeEventListener("message", this.#heard);
    socket.removeEventListener("close", this.#closed);
    socket.close();
  }
}
