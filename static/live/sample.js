// 64×64 pixels of one colour: H.264 in High 4:4:4 Predictive, a single key frame in Annex-B form.
const FULL_COLOUR = "AAAAAWf0AAqRloQmhAAAAwAEAAADAPI8SJqAAAAAAWjOBEZIAAAAAWWIhDokUAAjFAAEA2KAAIA0nk8nr169evXr169evXw=";
const PATIENCE = 2_000;

/**
 * Whether H.264 with its colour in full is really decoded here. To be asked is not enough: Safari says yes to whatever
 * begins with "avc1.", and its decoders know 4:2:0 alone.
 */
export async function decodesFullColour() {
  let decoder;
  try {
    return await new Promise((resolve, reject) => {
      decoder = new VideoDecoder({ output: (picture) => resolve(isWhole(picture)), error: reject });
      decoder.configure({ codec: "avc1.f4000a", optimizeForLatency: true });
      decoder.decode(new EncodedVideoChunk({ type: "key", timestamp: 0, data: bytes() }));
      decoder.flush().then(() => resolve(false), reject); // after whatever it had to put out
      setTimeout(resolve, PATIENCE, false);
    });
  } catch {
    return false;
  } finally {
    if (decoder && decoder.state !== "closed") decoder.close();
  }
}

function isWhole(picture) {
  const { displayWidth, displayHeight } = picture;
  picture.close();
  return displayWidth === 64 && displayHeight === 64;
}

function bytes() {
  return Uint8Array.from(atob(FULL_COLOUR), (letter) => letter.charCodeAt(0));
}
