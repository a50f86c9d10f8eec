import { post } from './post.js';

const REFUSALS = Object.freeze({ 0: 4401, 401: 4401, 403: 4403, 404: 4404, 410: 4410 });

// Milliseconds in which one comes. A connection that the browser has kept from before may lead nowhere by now, so it is
// asked for on another; and again, for longer, where it is the line that is slow.
const WITHIN = [3_000, 6_000, 12_000];

/** The tickets that open the socket: the first stands in the page, each later one is asked for. Each opens once. */
export class Tickets {
  #first;
  #url;
  #proof;

  constructor(first, url, proof) {
    this.#first = first;
    this.#url = url;
    this.#proof = proof;
  }

  /**
   * {ticket}, or {code} where the server refuses for good: the close code that says the same.
   * Throws where it cannot be reached or is not well: worth another try.
   */
  async next() {
    const ticket = this.#first;
    this.#first = "";
    if (ticket) return { ticket };
    const { status, body } = await this.#ask(0);
    if (status === 200) return { ticket: body.ticket };
    if (REFUSALS[status]) return { code: REFUSALS[status] };
    throw new Error(`No ticket: status ${status}`);
  }

  async #ask(time) {
    try {
      // Not an empty FormData: a multipart body without any part is refused by Daphne before Django sees it.
      return await post(this.#url, new URLSearchParams(), this.#proof, AbortSignal.timeout(WITHIN[time]));
    } catch (error) {
      if (error.name !== "TimeoutError" || time + 1 === WITHIN.length) throw error;
      return this.#ask(time + 1);
    }
  }
}
