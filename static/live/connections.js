import { LATE, UNSENT, asked } from './words.js';

/**
 * Connects the parts of a live view with its line, its hands and each other. What only the conductor can decide is
 * `viewer`'s: what becomes of a message or of control, and `epoch()`, `driver()` and `driving()` as they are now.
 */
export function connect(parts, viewer) {
  connectLine(parts, viewer);
  connectPicture(parts, viewer);
  connectHands(parts, viewer);
  connectCompany(parts, viewer);
  connectAnswer(parts, viewer);
}

function connectLine({ line }, viewer) {
  line.onmessage = viewer.receive;
  line.onlost = viewer.lost;
  line.onended = viewer.shut;
}

function connectPicture({ line, screen, picture, fit, figures, hands, pageZoom }, viewer) {
  line.onframe = (frame) => {
    figures.count(frame);
    screen.show(frame);
  };
  screen.ondrawn = viewer.drawn;
  screen.onfailed = (kind) => line.giveUp(kind);
  screen.onresized = () => hands.refit();
  picture.onchoose = ({ quality = null, kind = null }) => line.say("picture", { quality, kind });
  fit.onsize = (size) => line.say("resize", { e: viewer.epoch(), ...size });
  pageZoom.onzoom = (percent) => line.say("zoom", { e: viewer.epoch(), percent });
  figures.onask = () => line.say("figures");
}

function connectHands(parts, viewer) {
  const { line, hands, control, bar, more, dialogs, chooser, picker, signin, uploads, dropping, menu, clipboard, countdown, notice, downloads, outline } = parts;
  hands.onsend = line.say;
  hands.onlate = () => notice.say(LATE);
  hands.onleave = () => control.focus();
  control.ontake = viewer.take;
  control.onrelease = viewer.release;
  for (const part of [bar, more, dialogs, chooser, picker, signin, uploads, dropping, menu, outline]) part.onact = (t, fields) => hands.act(t, fields);
  uploads.onpiece = line.carry;
  menu.onedit = (how) => hands.edit(how);
  menu.oncopy = (address) => clipboard.put(address);
  more.onown = (on) => line.say("own", { on });
  dialogs.onleave = () => bar.closeActive();
  for (const part of [hands, clipboard, downloads, dropping, more]) part.onsaid = notice.say;
  countdown.onannounce = notice.say;
}

function connectCompany({ line, notice, people, chat, handing, privacy, pointers, outline }, viewer) {
  outline.onask = () => line.say("outline");
  chat.onwrite = (text) => {
    if (viewer.here()) line.say("write", { text });
    else notice.say(UNSENT);
    return viewer.here();
  };
  pointers.onpoint = (place) => !viewer.driving() && line.say("point", place);
  privacy.onhide = (on) => line.say("hide", { e: viewer.epoch(), on });
  people.onhand = handing.onhand = viewer.handOver;
  handing.onkeep = (to) => line.say("keep", { to });
  handing.ontakeback = viewer.takeBack;
  handing.onask = () => {
    line.say("ask");
    notice.say(asked(viewer.driver() || "Whoever is in control"));
  };
}

function connectAnswer({ answer, hands, notice }, viewer) {
  if (answer) Object.assign(answer, { before: () => hands.rest(), onsent: notice.say, onanswered: viewer.answered });
}
