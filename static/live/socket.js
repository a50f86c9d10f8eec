/**
 * A socket that comes back by itself. It knows no message: what arrives goes to `onmessage`, text or ArrayBuffer.
 *
 * The first loss is mended at once; after that the waits grow with full jitter, so that a thousand viewers of a
 * restarted server do not return in one moment. A close code in `finals` ends it for good.
 *
 * Whoever was away is back within five seconds of the line's return, so nothing here waits for longer than four: not
 * between two tries, nor for one that was begun while there was no line, of which a browser hears nothing for minutes.
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 4_000; // whoever waits for a server that is back sees its picture within five seconds
const OPENS_WITHIN = 4_000; // likewise
const LONGEST_OPENING = 16_000; // of a line that is slow, or may have become slow since
const OPENED_AT_A_TIME = 8; // tries that are given the same time
const STEADY_AFTER = 5_000;
const ANSWERS_WITHIN = 3_000; // where there is doubt
const RESTART = 1012;
const LISTEN_EVERY = 1_000;

export class Socket {
  onopen = () => {};
  onmessage = () => {};
  onlost = () => {};
  onended = () => {};
  ondoubt = () => {}; // the line may be dead: something is to be asked, for the answer's sound

  #url;
  #finals;
  #patience;
  #socket = null;
  #tries = 0;
  #begunAt = 0;
  #openedAt = 0;
  #opensIn = 0; // milliseconds, the last time
  #unopened = 0; // tries since then that were given up
  #opening = 0;
  #retry = 0;
  #listening = 0;
  #heardAt = 0;

  constructor(url, { finals = [], patience = 15_000 } = {}) {
    this.#url = url;
    this.#finals = new Set(finals);
    this.#patience = patience;
  }

  start() {
    this.#listenTo("addEventListener");
    this.#connect();
  }

  stop() {
    this.#listenTo("removeEventListener");
    clearTimeout(this.#retry);
    this.#retry = 0;
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

  #listenTo(verb) {
    window[verb]("online", this.#online);
    window[verb]("pagehide", this.#put);
    window[verb]("pageshow", this.#shown);
    document[verb]("visibilitychange", this.#seen);
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#forget();
    this.#begunAt = performance.now();
    this.#opening = setTimeout(this.#hangs, this.#within());
    this.#socket = new WebSocket(this.#url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", this.#opened);
    this.#socket.addEventListener("message", this.#heard);
    this.#socket.addEventListener("close", this.#closed);
  }

  // Not all at one moment, as after a wait.
  #within() {
    const known = this.#opensIn ? Math.max(OPENS_WITHIN, 3 * this.#opensIn) : LONGEST_OPENING;
    const grown = known * 2 ** Math.floor(this.#unopened / OPENED_AT_A_TIME);
    return Math.min(grown, LONGEST_OPENING) * (1 - Math.random() / 4);
  }

  #hangs = () => {
    this.#unopened += 1;
    this.#lose(0);
  };

  #opened = () => {
    clearTimeout(this.#opening);
    this.#openedAt = performance.now();
    this.#opensIn = this.#openedAt - this.#begunAt;
    this.#unopened = 0;
    this.#opening = setTimeout(this.#mute, this.#patience);
    this.onopen();
  };

  // It was opened, and not a word has come: the line has died again before it was known to be one that speaks.
  #mute = () => this.#lose(this.#wait());

  #heard = (event) => {
    clearTimeout(this.#opening);
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

  // A line that stood before may have fallen without a word, with the network that carried it.
  #online = () => {
    if (this.#socket?.readyState === WebSocket.CONNECTING) this.#connect();
    this.#hurry();
    if (!this.#listening) return;
    this.#heardAt = Math.min(this.#heardAt, Date.now() - this.#patience + ANSWERS_WITHIN);
    this.ondoubt();
  };

  // Timers of a page that is hidden, or of a device that sleeps, are late.
  #seen = () => {
    if (document.hidden) return;
    this.#hurry();
    if (this.#listening) this.#listen();
  };

  // The page may be kept by its browser for whoever comes back to it: then it begins anew.
  #put = ({ persisted }) => {
    if (persisted) this.#lose(LONGEST_WAIT);
  };

  #shown = ({ persisted }) => {
    if (persisted) this.#hurry();
  };

  #hurry = () => {
    if (this.#retry) this.#connect();
  };

  #forget() {
    clearTimeout(this.#opening);
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
