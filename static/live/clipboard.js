const OWN_WISH = 3_000;

/**
 * Text into the remote browser by the paste event, and out of it by what the remote browser copied.
 *
 * The person's own clipboard is written unasked only in the moments after they pressed copy or cut themselves:
 * a page may copy at will, and must not be able to replace what the person carries. Else it is offered, with a button.
 */
export class Clipboard {
  onpaste = () => {};
  onsaid = () => {};

  #surface;
  #offer;
  #button;
  #wishedAt = -Infinity;
  #offered = "";

  constructor(surface, offer) {
    this.#surface = surface;
    this.#offer = offer;
    this.#button = offer.querySelector("button");
  }

  grab() {
    this.#surface.addEventListener("paste", this.#pasted);
    this.#button.addEventListener("click", this.#accepted);
  }

  ungrab() {
    this.#surface.removeEventListener("paste", this.#pasted);
    this.#button.removeEventListener("click", this.#accepted);
    this.#forget();
  }

  /** The person pressed copy or cut: what comes next is theirs. */
  wish() {
    this.#wishedAt = performance.now();
  }

  /** The remote browser copied `text`. */
  async take(text) {
    const wished = performance.now() - this.#wishedAt < OWN_WISH;
    this.#wishedAt = -Infinity;
    if (wished && (await written(text))) this.onsaid("Copied to your clipboard.");
    else this.#propose(text);
  }

  /** The person asked to paste without a key: their browser may ask them whether this page may look. */
  async read() {
    const text = await navigator.clipboard.readText().catch(() => null);
    if (text) this.onpaste(text);
    else this.onsaid(text === null ? "Your browser did not let this page read your clipboard." : "Your clipboard holds no text.");
  }

  #pasted = (event) => {
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    if (text) this.onpaste(text);
    else this.onsaid("Only text can be pasted here.");
  };

  #propose(text) {
    this.#offered = text;
    this.#offer.hidden = false;
  }

  #accepted = async () => {
    const done = await written(this.#offered) || copiedByHand(this.#offered);
    this.onsaid(done ? "Copied to your clipboard." : "Your browser does not allow copying here.");
    this.#forget();
  };

  #forget() {
    this.#offered = "";
    this.#offer.hidden = true;
  }
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The old way, for pages without a secure context. Works during a click only. */
function copiedByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
