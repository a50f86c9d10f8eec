/** The sentences for every standing and every end of a live view. Pure: facts in, words out. */

const ALERT_ENDS = Object.freeze({
  completed: { title: "Done", text: "The bot goes on by itself; you can close this page.", by: "Finished by" },
  declined: { title: "Declined", text: "It was reported that this cannot be done.", by: "Declined by" },
  expired: { title: "The time ran out", text: "Nobody took over in time, so the bot has stopped waiting." },
  cancelled: { title: "No longer needed", text: "This request was cancelled. There is nothing left to do here." },
});

const EXECUTION_ENDS = Object.freeze({
  succeeded: { title: "The bot has finished", text: "Everything went through." },
  failed: { title: "The bot has failed", text: "The execution's page shows at which step, and why." },
  timed_out: { title: "The time ran out", text: "Nobody took over in time, so the bot has stopped waiting." },
  cancelled: { title: "Cancelled", text: "Somebody cancelled this execution." },
});

const FAILURES = Object.freeze({
  browser_lost: { title: "The browser is lost", text: "It ended unexpectedly, and what was open in it is gone. The people who were told about it know." },
  declined: { title: "Declined", text: "It was reported that this cannot be done." },
  interrupted: { title: "The bot was interrupted", text: "A step was found half done, and it was not done twice." },
  abandoned: { title: "Left unfinished", text: "The session was open for too long without an end." },
  limit_reached: { title: "A limit was reached", text: "The execution used up what it was given." },
});

const CLOSES = Object.freeze({
  4400: { title: "This page is out of date", text: "Reload it to go on.", reload: true },
  4401: { title: "You are signed out", text: "Sign in again to go on.", reload: true },
  4403: { title: "This link is no longer valid", text: "It was withdrawn or has run out, or you may no longer see this browser. Ask whoever sent it if you are still needed." },
  4404: { title: "There is no live browser here", text: "It has ended, or the link was mistyped." },
  4409: { title: "Open in another place", text: "This live browser is open in other windows of yours, and the newest ones show it. Reload to see it here again.", reload: true },
  4423: { title: "There is no room now", text: "This browser already has as many viewers as it can take. Reload the page in a while.", reload: true },
  4429: { title: "Too much at once", text: "More came from this page than a person can do. Reload it to go on.", reload: true },
  4410: { title: "The session is over", text: "The browser has been closed." },
});

const BUSY = Object.freeze({
  queued: "The bot waits for its turn.",
  running: "The bot is working. You are watching.",
  waiting_for_human: "The bot waits for a person. Nobody is in control.",
  human_in_control: "A person is in control. You are watching.",
});

/** What stands over the picture while it alone would mislead. */
export const COVERS = Object.freeze({
  connecting: { kind: "waiting", title: "Connecting…" },
  awaited: { kind: "waiting", title: "Waiting for the picture…" },
  lost: { kind: "lost", title: "Reconnecting…", text: "The line was lost. Nothing that you do now reaches the browser." },
  away: { kind: "lost", title: "The browser does not answer", text: "It is asked again and again. Nothing that you do now reaches it." },
  unseen: { kind: "waiting", title: "The picture has stopped", text: "It is being started again. The browser goes on meanwhile; nothing that you did is lost." },
  crashed: { kind: "crashed", title: "The page has crashed" },
  hidden: { kind: "hidden", title: "The picture is hidden", text: "Whoever is in control types something that is theirs alone. It comes back by itself." },
});

export const UNKNOWN_ARRIVAL = "The line broke while you were at work: look whether your last keys and clicks arrived before you go on.";

export const OFFLINE = "Your device is offline: what you see may be old.";

export const LATE = "What you did last has not arrived in the browser yet: the line is slow, or has broken.";

export const LEFT = "The live browser is not shown here any more.";

export const UNSENT = "Not sent: nobody can be reached at the moment. Your message stays where you wrote it.";

const LAPSED = "You are no longer in control. Take control again to go on.";

const GONE = Object.freeze({ title: "The browser has ended", text: "Nothing more can be done in it." });

/**
 * How it ended, as {title, text}, or null while it goes on. `aboutAlert`: the page stands for one alert, not for the
 * execution; `given`: the end that this very page has asked for.
 */
export function ending({ execution, alert }, aboutAlert, given = null) {
  const { status, failure_reason: reason } = execution ?? {};
  if (reason === "browser_lost") return FAILURES.browser_lost;
  if (aboutAlert && ALERT_ENDS[alert?.status]) return closedBy(alert, given);
  if (status === "failed" && FAILURES[reason]) return FAILURES[reason];
  return EXECUTION_ENDS[status] ?? null;
}

function closedBy({ status, closed_by: name, reason }, given = null) {
  const { title, text, by } = ALERT_ENDS[status];
  if (status === given) return { title, text: `Thank you. ${text}` };
  if (!by || !name) return { title, text };
  return { title, text: `${by} ${name}${status === "declined" && reason ? `: “${reason}”` : ""}. ${text}` };
}

/** What a final close code means; unknown codes never get here. */
export function closed(code) {
  return CLOSES[code];
}

export const CLOSE_CODES = Object.freeze(Object.keys(CLOSES).map(Number));

/** Why the browser is gone, where it said so in a sentence. */
export function gone(reason) {
  return { kind: "gone", title: GONE.title, text: reason && reason.includes(" ") ? reason : GONE.text };
}

/** Why control has ended of which nobody here let go. */
export function lapsed({ alert, you }, may) {
  if (ALERT_ENDS[alert?.status]) return `${closedBy(alert).title}. ${closedBy(alert).text}`;
  if (may !== "control") return "You are no longer in control: your role was changed. You can go on watching.";
  const driver = alert?.status === "claimed" && you?.holds === false && alert.claimed_by;
  if (driver) return `You are no longer in control: ${driver} is.`;
  return LAPSED;
}

/** Control is somebody else's now; `elsewhere`: the same person's, in another window or on another device. */
export function replaced(name, elsewhere) {
  const text = "Your keys and buttons were released. You can go on watching.";
  const title = elsewhere ? "You have taken control in another window" : `${name || "Somebody else"} has taken control`;
  return { kind: "note", title, text };
}

/** The driver's answer is awaited. */
export function asked(driver) {
  return `${driver} was asked to hand over to you.`;
}

/**
 * The state in words. `driver` is the name of who is in control, or null; `hidden`: from all but the driver; `apart`:
 * why there is no browser at the other end; `elsewhere`: the driver is this person too.
 */
export function standing({ phase, driver, may, status, hidden, apart, elsewhere }) {
  if (phase === "connecting") return apart ?? "Connecting to the live browser…";
  if (phase === "driving") return hidden ? "You are in control, unseen by others." : "You are in control.";
  if (elsewhere) return "You are in control in another window. Here you are watching.";
  if (driver) return `${driver} is in control. You are watching.`;
  if (status === "waiting_for_human" && may === "control") return "The bot waits for you. Nobody is in control.";
  return BUSY[status] ?? "You are watching.";
}
