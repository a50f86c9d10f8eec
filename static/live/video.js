import { codecOf } from './h264.js';
import { decodesFullColour } from './sample.js';

// What each kind of video is called where this browser is asked whether it decodes it; "-444": with colour in full.
const ASKED = Object.freeze({
  "h264-444": "avc1.f4001f", h264: "avc1.42e01f", vp8: "vp8", vp9: "vp09.00.31.08", av1: "av01.0.08M.08",
});
const FULL_COLOUR = "avc1.f4"; // its profile, High 4:4:4 Predictive

/**
 * Decodes the frames of one stream of video. Each decoded picture goes to `onpicture(picture, frame)`, in order; the
 * receiver closes it. After `onerror(kind)` that kind is of no more use here: the viewer then asks for the next best.
 */
export class Video {
  onpicture = () => {};
  onerror = () => {};

  #decoder = null;
  #codec = null;
  #kind = null;
  #frames = new Map();

  /** The kinds that this browser decodes. WebCodecs exists in secure contexts only, and not every build knows all. */
  static async kinds() {
    if (!("VideoDecoder" in window)) return [];
    const kinds = Object.keys(ASKED);
    const known = await Promise.all(kinds.map(decodes));
    return kinds.filter((kind, at) => known[at]);
  }

  /** False where the frame cannot be used: a delta that no key frame came before. */
  decode(frame) {
    try {
      if (frame.kind === "key") this.#begin(frame);
      if (!this.#decoder) return false;
      this.#frames.set(frame.number, frame);
      const type = frame.kind === "key" ? "key" : "delta";
      this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: frame.number, data: frame.data }));
      return true;
    } catch {
      this.#failed();
      return false;
    }
  }

  reset() {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#codec = null;
    this.#frames.clear();
  }

  #begin({ codec, data }) {
    const named = codec === "h264" ? codecOf(data) : ASKED[codec];
    if (named) this.#kind = named.startsWith(FULL_COLOUR) ? "h264-444" : codec;
    this.#prepare(named);
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

  #failed = () => {
    this.reset();
    this.onerror(this.#kind);
  };
}

async function decodes(kind) {
  try {
    const { supported } = await VideoDecoder.isConfigSupported({ codec: ASKED[kind] });
    return supported && (kind !== "h264-444" || (await decodesFullColour()));
  } catch {
    return false;
  }
}
