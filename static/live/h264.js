/** What an H.264 stream in Annex-B form says about itself. */

const SEQUENCE_PARAMETER_SET = 7;
const TYPE_BITS = 0x1f;

/**
 * The codec string (avc1.PPCCLL) that WebCodecs wants, read from the stream's own sequence parameter set; null
 * where the access unit holds none. Taken from the stream because an encoder may change profile and level by size.
 */
export function codecOf(unit) {
  for (let at = 0; at + 6 < unit.length; at += 1) {
    const starts = unit[at] === 0 && unit[at + 1] === 0 && unit[at + 2] === 1;
    if (starts && (unit[at + 3] & TYPE_BITS) === SEQUENCE_PARAMETER_SET) {
      return "avc1." + [4, 5, 6].map((offset) => unit[at + offset].toString(16).padStart(2, "0")).join("");
    }
  }
  return null;
}
