import { Pace } from './pace.js';
import { Pixels } from './pixels.js';
import { Video } from './video.js';

const CSS_CURSOR = /^[a-z-]{1,20}$/;
const BASE64 = /^[A-Za-z0-9+/=]{1,200000}$/;

/**
 * The canvas. It decodes and draws what arrives, newest first, and says `ondrawn(number)` for every frame that is
 * drawn or overtaken by a newer one: the sender counts on that to know how far behind this viewer is.
 *
 * The canvas has as many pixels as the remote picture; CSS scales it into its box (`object-fit: contain`), so
 * `toPicture` is the one place that knows about letterbox, zoom and device pixels.
 */
export class Screen {
  ondrawn = () => {};
  onfailed = () => {};
  onresized = () => {};

  #canvas;
  #context;
  #video = new Video();
  #pixels = new Pixels();
  #pace = new Pace((frames) => this.#draw(frames), (older, newer) => this.#merge(older, newer));
  #size = null;
  #drawn = false;
  #last = -1;
  #stream = 0;
  #turn = Promise.resolve();
  #cursor = "";
  #driving = false;
  #kinds = null;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#video.onpicture = (picture, frame) => this.#inTurn(this.#pixels.of(picture), frame);
    this.#video.onerror = (kind) => this.onfailed(kind);
  }

  /** The codecs to ask for, best first, without those at which the decoder has failed. */
  codecs = async (failed = []) => {
    this.#kinds ??= Video.kinds(); // asked while the line is opened: the hello need not wait for it
    return [...(await this.#kinds).filter((kind) => !failed.includes(kind)), "jpeg"];
  };

  start() {
    document.addEventListener("visibilitychange", this.#visibilityChanged);
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#visibilityChanged);
    this.reset();
  }

  /** A new stream begins: its frames are numbered anew. The last picture stays to be seen. */
  reset() {
    this.#stream += 1;
    this.#last = -1;
    this.#video.reset();
    for (const { picture } of this.#pace.stop() ?? []) picture.close();
  }

  /** Nothing of the last picture stays to be seen, and none that is under way is shown. */
  blank() {
    this.reset();
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** The size of the remote picture. The canvas takes it with the next frame, so that it never turns blank. */
  resize(width, height) {
    this.#size = { width, height };
    if (!this.#drawn) this.#fit(this.#size);
  }

  show(frame) {
    if (frame.kind === "jpeg") this.#decodeJpeg(frame);
    else if (!this.#video.decode(frame)) this.ondrawn(frame.number);
  }

  /** The pointer's shape in the remote browser: drawn by this browser, so it never lags. */
  cursor({ png, css, x, y }) {
    if (png && BASE64.test(png)) this.#cursor = `url(data:image/png;base64,${png}) ${x | 0} ${y | 0}, auto`;
    else if (css && CSS_CURSOR.test(css)) this.#cursor = css;
    this.#canvas.style.cursor = this.#driving ? this.#cursor : "";
  }

  drive(driving) {
    this.#driving = driving;
    this.#canvas.style.cursor = driving ? this.#cursor : "";
  }

  /** Where a point of the window lies in the remote picture; `inside` is false in the letterbox. */
  toPicture = (clientX, clientY) => {
    const { width, height } = this.#canvas;
    const { left, top, scale } = this.#place();
    const x = (clientX - left) / scale;
    const y = (clientY - top) / scale;
    // Presses come in whole pixels of the window: one at the very edge may lie a fraction outside.
    const edge = 1 / scale;
    const inside = x >= -edge && y >= -edge && x < width + edge && y < height + edge;
    return { x: within(x, width), y: within(y, height), inside };
  };

  /** Where a point of the remote picture lies in the window, and how large a pixel of the picture is there. */
  toWindow = (x, y) => {
    const { left, top, scale } = this.#place();
    return { clientX: left + x * scale, clientY: top + y * scale, scale };
  };

  // The picture inside its box, without the letterbox.
  #place() {
    const { width, height } = this.#canvas;
    const box = this.#canvas.getBoundingClientRect();
    const scale = Math.min(box.width / width, box.height / height);
    return { left: box.left + (box.width - width * scale) / 2, top: box.top + (box.height - height * scale) / 2, scale };
  }

  #decodeJpeg(frame) {
    this.#inTurn(createImageBitmap(new Blob([frame.data], { type: "image/jpeg" })).catch(() => null), frame);
  }

  // Decoding runs side by side; the turn keeps the order in which the frames were sent.
  #inTurn(coming, frame) {
    const stream = this.#stream;
    this.#turn = this.#turn.then(async () => {
      const picture = await coming;
      if (stream !== this.#stream) picture?.close();
      else if (picture) this.#present(picture, frame);
      else this.ondrawn(frame.number);
    });
  }

  #present(picture, frame) {
    const drawable = { picture, frame, stripe: this.#isStripe(frame) };
    if (frame.number < this.#last || this.#isStale(frame)) return this.#letGo([drawable]);
    this.#last = frame.number;
    this.#pace.push([drawable]);
    // A hidden page gets no animation frames; without its answers the sender would take it for dead.
    if (document.hidden) this.#pace.flush();
  }

  #merge(older, newer) {
    if (newer[0].stripe) return older.concat(newer);
    this.#letGo(older);
    return newer;
  }

  // Video comes in whole pictures; JPEG may come in stripes, each with its own row and height.
  #isStripe({ kind, y, height }) {
    return kind === "jpeg" && (y > 0 || (this.#size !== null && height < this.#size.height));
  }

  // A stripe of a picture that had another width: it was under way when the size changed.
  #isStale(frame) {
    return this.#isStripe(frame) && this.#size !== null && frame.width !== this.#size.width;
  }

  #draw(drawables) {
    for (const { picture, frame, stripe } of drawables) {
      this.#fit(stripe ? this.#size ?? this.#canvas : frame);
      if (picture.image) this.#context.putImageData(picture.image, 0, frame.y);
      else this.#drawAsItIs(picture, frame);
    }
    this.#drawn = true;
    this.#letGo(drawables);
  }

  #drawAsItIs(picture, frame) {
    const began = performance.now();
    this.#context.drawImage(picture, 0, frame.y, frame.width, frame.height);
    if (frame.kind !== "jpeg") this.#pixels.took(performance.now() - began);
  }

  #letGo(drawables) {
    for (const { picture, frame } of drawables) {
      picture.close();
      this.ondrawn(frame.number);
    }
  }

  #fit({ width, height }) {
    // Even assigning the same width would clear the canvas.
    if (this.#canvas.width === width && this.#canvas.height === height) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.onresized();
  }

  #visibilityChanged = () => {
    if (document.hidden) this.#pace.flush();
  };
}

function within(value, limit) {
  return Math.round(Math.min(Math.max(value, 0), limit - 1) * 100) / 100;
}
