/** The server's clock: the reader's own may be wrong by hours. */
let ahead = 0;

/** `now`: the server's time, as an ISO date, at this moment. */
export function set(now) {
  const at = Date.parse(now);
  if (!Number.isNaN(at)) ahead = at - Date.now();
}

/** Milliseconds since the epoch, by the server. */
export function now() {
  return Date.now() + ahead;
}
