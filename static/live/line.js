import { build, hello, parse, parseFrame } from './wire.js';

const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;

/**
 * A line to the live browser that lets itself in: socket, ticket and hello, and pings answered. Messages go to
 * `onmessage`, pictures to `onframe`; `onended` has the close code after which there is no return.
 */
export class Line {
  onmessage = () => {};
  onframe = () => {};
  onlost = () => {};
  onended = () => {};

  #socket;
  #tickets;
  #codecs;
  #wish;
  #viewer;
  #pass;
  #failed = [];
  #connections = 0;
  #greeting = null; // the one that the line which stands is waiting for
  #heard = false;

  /** `codecs(failed)` tells what can be decoded here, `wish()` which picture the person chose; `viewer` is the id that the page was given, `pass` what stands for a cookie where there is none. */
  constructor({ socket, tickets, codecs, wish, viewer, pass }) {
    this.#socket = socket;
    this.#tickets = tickets;
    this.#codecs = codecs;
    this.#wish = wish;
    this.#viewer = viewer;
    this.#pass = pass;
    socket.onopen = () => this.#greet();
    socket.onmessage = (data) => this.#receive(data);
    socket.onlost = () => this.#lost();
    socket.onended = (code) => this.#refused(code);
    socket.ondoubt = () => this.say("figures");
  }

  start() {
    this.#socket.start();
  }

  stop() {
    this.#greeting = null;
    this.#socket.stop();
  }

  say = (t, fields) => {
    this.#socket.send(build(t, fields));
  };

  /** A piece of a file. */
  carry = (buffer) => {
    this.#socket.send(buffer);
  };

  /** The decoder has failed at this kind. Codecs are told in the hello, so a new line is opened, for the next best. */
  giveUp(kind) {
    this.#failed.push(kind);
    this.#socket.again();
  }

  // What was asked for it comes too late: an answer is not for the next line, nor is a failure that one's.
  #lost() {
    this.#greeting = null;
    this.onlost();
  }

  async #greet() {
    this.#connections += 1;
    const greeting = (this.#greeting = {});
    try {
      const [codecs, { ticket, code }] = await Promise.all([this.#codecs(this.#failed), this.#tickets.next()]);
      if (greeting !== this.#greeting) return;
      if (code) this.#end(code);
      else this.#socket.send(hello({ ticket, pass: this.#pass, viewer: this.#viewer, codecs, ...this.#wish() }));
    } catch {
      if (greeting === this.#greeting) this.#socket.later();
    }
  }

  #receive(data) {
    const isFrame = data instanceof ArrayBuffer;
    const message = isFrame ? parseFrame(data) : parse(data);
    if (!message) return;
    this.#heard = true;
    if (message.t !== "state") this.#socket.sound(); // which is the web's own: the browser behind it may be silent
    if (isFrame) this.onframe(message);
    else if (message.t === "ping") this.#pong(message);
    else this.onmessage(message);
  }

  #pong({ n }) {
    this.#socket.expectSound();
    this.say("pong", { n });
  }

  // A page from the browser's history carries a ticket that was used long ago: the first refusal may mean only that.
  #refused(code) {
    const stale = this.#connections === 1 && !this.#heard && (code === SIGNED_OUT || code === FORBIDDEN);
    if (stale) this.#socket.start();
    else this.#end(code);
  }

  #end(code) {
    this.stop();
    this.onended(code);
  }
}
