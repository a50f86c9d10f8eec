const GAP = 40;

/**
 * Work that is asked for more often than it need be done: at once, then a rest twice as long as it took (so that a slow
 * server is not asked faster than it answers); what is asked meanwhile is done once.
 */
export class Paced {
  #work;
  #due = 0;
  #busy = false;
  #again = false;
  #rested = 0;

  constructor(work) {
    this.#work = work;
  }

  soon() {
    if (this.#busy) this.#again = true;
    else this.#due ||= setTimeout(this.#run, Math.max(0, this.#rested - performance.now()));
  }

  #run = async () => {
    this.#due = 0;
    this.#busy = true;
    const began = performance.now();
    try {
      await this.#work();
    } finally {
      this.#rest(began);
    }
  };

  #rest(began) {
    const ended = performance.now();
    this.#rested = ended + Math.max(GAP, 2 * (ended - began));
    this.#busy = false;
    if (this.#again) this.soon();
    this.#again = false;
  }
}
