import { fromBase64 } from './image.js';

const OWN_WISH = 3_000;

/**
 * Text and pictures into the remote browser by the paste event, and out of it by what the remote browser copied.
 *
 * The person's own clipboard is written unasked only in the moments after they pressed copy or cut themselves:
 * a page may copy at will, and must not be able to replace what the person carries. Else it is offered, with a button.
 */
export class Clipboard {
  onpaste = () => {};
  onimage = () => {};
  onsaid = () => {};

  #surface;
  #offer;
  #button;
  #wishedAt = -Infinity;
  #fill = null;
  #offered = null;

  constructor(surface, offer) {
    this.#surface = surface;
    this.#offer = offer;
    this.#button = offer.querySelector("button");
  }

  grab() {
    this.#listen("addEventListener");
  }

  ungrab() {
    this.#listen("removeEventListener");
    this.#forget();
  }

  /** The person pressed copy or cut: what comes next is theirs. A picture is not promised, but comes with a button there. */
  wish(text = true) {
    this.#wishedAt = performance.now();
    this.#fill = text ? promised() : null;
  }

  /** The remote browser copied `text`, or the picture `png`. */
  async take(text, png) {
    const copied = png ? fromBase64(png) : text;
    const wished = performance.now() - this.#wishedAt < OWN_WISH;
    const fill = png ? null : this.#fill;
    this.#wishedAt = -Infinity;
    this.#fill = null;
    if (wished && (await (fill?.(text) ?? written(copied)))) this.onsaid("Copied to your clipboard.");
    else this.#propose(copied);
  }

  /** The person asked to paste without a key: their browser may ask them whether this page may look. */
  async read() {
    const held = await readAll();
    if (held?.text) this.onpaste(held.text);
    else if (held?.picture) this.onimage(held.picture);
    else this.onsaid(held ? "Your clipboard holds neither text nor a picture." : "Your browser did not let this page read your clipboard.");
  }

  /** The person asked for this text by a press. */
  async put(text) {
    const done = (await written(text)) || copiedByHand(text);
    this.onsaid(done ? "Copied to your clipboard." : "Your browser does not allow copying here.");
  }

  #listen(verb) {
    this.#surface[verb]("paste", this.#pasted);
    this.#button[verb]("click", this.#accepted);
    this.#button.nextElementSibling[verb]("click", this.#declined);
  }

  #pasted = (event) => {
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    const picture = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (text) this.onpaste(text);
    else if (picture) this.onimage(picture);
    else this.onsaid("Only text and pictures can be pasted here.");
  };

  #propose(copied) {
    this.#offered = copied;
    this.#offer.hidden = false;
  }

  #accepted = async () => {
    const copied = this.#offered;
    const done = await written(copied) || (typeof copied === "string" && copiedByHand(copied));
    this.onsaid(done ? "Copied to your clipboard." : "Your browser does not allow copying here.");
    this.#forget();
  };

  #declined = () => this.#forget();

  #forget() {
    this.#offered = null;
    this.#offer.hidden = true;
  }
}

/**
 * Safari lets a page write while a key or button is pressed and not when the copied text arrives, but it takes the
 * promise of a text then. What is returned keeps that promise, and tells whether the text was written; null elsewhere.
 */
function promised() {
  if (!navigator.vendor.startsWith("Apple") || !navigator.clipboard?.write) return null;
  let keep;
  const text = new Promise((resolve) => { keep = resolve; });
  const done = navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]).then(() => true, () => false);
  return (words) => {
    keep(new Blob([words], { type: "text/plain" }));
    return done;
  };
}

/** null where it may not be read; without a secure context there is no clipboard at all. */
async function readAll() {
  try {
    if (!navigator.clipboard.read) return { text: await navigator.clipboard.readText() };
    const [item] = await navigator.clipboard.read();
    const of = async (kind) => {
      const type = item?.types.find((one) => one.startsWith(kind));
      return type && item.getType(type);
    };
    return { text: await (await of("text/plain"))?.text(), picture: await of("image/") };
  } catch {
    return null;
  }
}

async function written(copied) {
  try {
    if (typeof copied === "string") await navigator.clipboard.writeText(copied);
    else await navigator.clipboard.write([new ClipboardItem({ [copied.type]: copied })]);
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
