import { codecOf } from './h264.js';

/** Any baseline stream: asked once whether this browser decodes H.264 at all. */
const COMMON = "avc1.42e01f";

/**
 * Decodes the H.264 frames of one stream. Each decoded picture goes to `onpicture(picture, frame)`, in order; the
 * receiver closes it. After `onerror` it is of no more use: the viewer then asks for JPEG.
 */
export class Video {
  onpicture = () => {};
  onerror = () => {};

  #decoder = null;
  #codec = null;
  #frames = new Map();

  /** WebCodecs exists in secure contexts only, and not every build decodes H.264. */
  static async works() {
    if (!("VideoDecoder" in window)) return false;
    try {
      return (await VideoDecoder.isConfigSupported({ codec: COMMON })).supported;
    } catch {
      return false;
    }
  }

  /** False where the frame cannot be used: a delta that no key frame came before. */
  decode(frame) {
    try {
      if (frame.kind === "key") this.#prepare(codecOf(frame.data));
      if (!this.#decoder) return false;
      this.#frames.set(frame.number, frame);
      const type = frame.kind === "key" ? "key" : "delta";
      this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: frame.number, data: frame.data }));
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  reset() {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#codec = null;
    this.#frames.clear();
  }

  #prepare(codec) {
    if (!codec || (this.#decoder && codec === this.#codec)) return;
    this.#decoder ??= new VideoDecoder({ output: this.#decoded, error: this.#failed });
    this.#decoder.configure({ codec, optimizeForLatency: true });
    this.#codec = codec;
  }

  #decoded = (picture) => {
    const frame = this.#frames.get(picture.timestamp);
    this.#frames.delete(picture.timestamp);
    if (frame) this.onpicture(picture, frame);
    else picture.close();
  };

  #failed = (error) => {
    this.reset();
    this.onerror(error);
  };
}
