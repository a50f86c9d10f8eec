import { Socket } from '../live/socket.js';
import { Tickets } from '../live/tickets.js';

const REFUSED = [4400, 4401, 4403, 4404];

/** "Something changed" notes of one workspace: a hint to read again, never the content itself. */
export class Notes {
  onchanged = () => {};
  onstanding = () => {};
  onrefused = () => {};

  #socket;
  #tickets;
  #connections = 0;
  #greeted = false;

  constructor(path, { ticket, ticketUrl, csrf }) {
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#tickets = new Tickets(ticket, ticketUrl, { "X-CSRFToken": csrf });
    this.#socket = new Socket(url.href, { finals: REFUSED });
  }

  start() {
    this.#socket.onopen = () => this.#greet();
    this.#socket.onmessage = (data) => this.#receive(data);
    this.#socket.onlost = () => this.#lost();
    this.#socket.onended = () => this.#ended();
    this.#socket.start();
  }

  // What was asked for it comes too late, and says nothing of the next line.
  #lost() {
    this.#connections += 1;
    this.onstanding(false);
  }

  async #greet() {
    const connection = ++this.#connections;
    try {
      const { ticket, code } = await this.#tickets.next();
      if (connection !== this.#connections) return;
      if (code) this.#refused();
      else this.#socket.send(JSON.stringify({ t: "hello", ticket }));
    } catch {
      if (connection === this.#connections) this.#socket.later();
    }
  }

  #receive(data) {
    const message = JSON.parse(data);
    if (message.t === "hello") this.#welcomed();
    if (message.t === "changed") this.onchanged(message);
  }

  #welcomed() {
    this.#greeted = true;
    this.onstanding(true);
  }

  // A page that comes out of the browser's history carries a used ticket: its first refusal may mean only that.
  #ended() {
    if (this.#greeted) this.#refused();
    else this.#socket.start();
    this.#greeted = true;
  }

  #refused() {
    this.#socket.stop();
    this.onrefused();
  }
}
