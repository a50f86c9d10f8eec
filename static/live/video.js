import { codecOf } from './h264.js';

// What each kind of video is called where this browser is asked whether it decodes it; "-444": with colour in full.
const ASKED = Object.freeze({
  "h264-444": "avc1.f4001f", h264: "avc1.42e01f", vp8: "vp8", vp9: "vp09.00.31.08", av1: "av01.0.08M.08",
});

/**
 * Decodes the frames of one stream of video. Each decoded picture goes to `onpicture(picture, frame)`, in order; the
 * receiver closes it. After `onerror` it is of no more use: the viewer then asks for JPEG.
 */
export class Video {
  onpicture = () => {};
  onerror = () => {};

  #decoder = null;
  #codec = null;
  #frames = new Map();

  /** The kinds that this browser decodes. WebCodecs exists in secure contexts only, and not every build knows all. */
  static async kinds() {
    if (!("VideoDecoder" in window)) return [];
    const known = await Promise.all(Object.values(ASKED).map(decodes));
    return Object.keys(ASKED).filter((kind, at) => known[at]);
  }

  /** False where the frame cannot be used: a delta that no key frame came before. */
  decode(frame) {
    try {
      if (frame.kind === "key") this.#prepare(frame.codec === "h264" ? codecOf(frame.data) : ASKED[frame.codec]);
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

async function decodes(codec) {
  try {
    return (await VideoDecoder.isConfigSupported({ codec })).supported;
  } catch {
    return false;
  }
}
