import { post } from './post.js';

const REFUSALS = Object.freeze({ 0: 4401, 401: 4401, 403: 4403, 404: 4404, 410: 4410 });

// A connection that the browser has kept from before may lead nowhere by now, so where no ticket comes soon it is asked
// for on another as well. The first is waited for all the same: it may be the line that is slow, and whoever gave up each
// in turn would have none before the server loses patience with a socket without one.
const AGAIN_AFTER = 3_000;
const WITHIN = 12_000;

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
    const { status, body } = await this.#ask();
    if (status === 200) return { ticket: body.ticket };
    if (REFUSALS[status]) return { code: REFUSALS[status] };
    throw new Error(`No ticket: status ${status}`);
  }

  async #ask() {
    const first = this.#post();
    const isSlow = await Promise.race([first.then(() => false), passed(AGAIN_AFTER)]);
    return isSlow ? Promise.any([first, this.#post()]) : first;
  }

  // Not an empty FormData: a multipart body without any part is refused by Daphne before Django sees it.
  #post() {
    return post(this.#url, new URLSearchParams(), this.#proof, AbortSignal.timeout(WITHIN));
  }
}

const passed = (wait) => new Promise((resolve) => setTimeout(resolve, wait, true));
