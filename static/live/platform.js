export const Platform = Object.freeze({ MAC: "mac", WINDOWS: "windows", OTHER: "other" });

/** What the person's own keyboard and mouse belong to. */
export function platform() {
  const name = navigator.userAgentData?.platform ?? navigator.platform;
  if (/mac|iphone|ipad/i.test(name)) return Platform.MAC;
  return /^win/i.test(name) ? Platform.WINDOWS : Platform.OTHER;
}

/** Which key it is in a chord: the letter that the person's layout has there (Dvorak), or its place where that is no Latin one. */
export function chordKey({ key, code }) {
  return (/^[a-z]$/i.test(key) ? key : code.replace("Key", "")).toLowerCase();
}
