export const Platform = Object.freeze({ MAC: "mac", WINDOWS: "windows", OTHER: "other" });

/** What the person's own keyboard and mouse belong to. */
export function platform() {
  const name = navigator.userAgentData?.platform ?? navigator.platform;
  if (/mac|iphone|ipad/i.test(name)) return Platform.MAC;
  return /^win/i.test(name) ? Platform.WINDOWS : Platform.OTHER;
}
