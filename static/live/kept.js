/** What this browser has kept under `name`; null where there is nothing, or nothing may be read. */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** A browser may forbid storage to a page that stands in another site; what is kept then lasts as long as the page. */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It lasts as long as the page.
  }
}
