/**
 * The live view as a module: `attach(element, options)`, documented in docs/live-view.md. An element with our own markup
 * is wired here; with `url` the view comes in a frame, from the part that stands alone for other sites. The markup that
 * it wants, complete, is templates/live/stage.html; in short:
 *
 *   <section class="live" aria-label="Live view" data-live
 *            data-socket="/ws/live/…"      the socket's path
 *            data-ticket="…"               opens the socket once; may be empty
 *            data-ticket-url="…"           POST → {"ticket": "…"}; 401, 403, 404, 410 refuse for good
 *            data-may="control|watch" data-viewer="…"
 *            data-alert="alt_…"            only where the page stands for one alert: its end is this view's end
 *            data-execution-status="…">
 *     an <input name="csrfmiddlewaretoken"> anywhere inside, and elements marked data-part:
 *     stage: surface (canvas, typing), cover (cover-title, cover-text, cover-button)
 *     bar: words (role=status), countdown (role=timer), take, release, keyboard, keys (details; buttons with data-keys)
 *     tabs, tab-count (button), history (buttons with data-go), origin, address (form with one field)
 *     more (details: elements with data-more: print, full, own; page-zoom: buttons of value -1, 0 and 1, an output)
 *     notice (role=status), offer (with two buttons: take it, and not), people, downloads (with a list)
 *     menu (empty, role=menu, a popover, hidden)
 *     dropping (a p, a progress, a button)
 *     outline (details with a list and a paragraph marked data-more)
 *     pointers (over the canvas), ask, takeback, hide, asked (a p, buttons of value hand and keep), lines (role=log), write (form)
 *     picture (form of the picture's menu, with size and show-figures), figures
 *     chooser (dialog: chooser-title, chooser-accept, chooser-input, chooser-progress, chooser-trouble, chooser-pick, chooser-cancel)
 *     picker (dialog with a form: picker-title, picker-field, picker-find, picker-input, picker-rest, picker-list, picker-done, picker-cancel)
 *     signin (dialog with a form: signin-site, signin-realm, signin-trouble, signin-name, signin-password, signin-cancel)
 *     page-dialog (dialog-title, dialog-text, dialog-field, dialog-input, dialog-yes, dialog-no, dialog-leave, dialog-hint)
 *     only for those who may answer: done (form, with trouble), open-decline (button),
 *     missing (dialog: missing-list, override form), decline (dialog: decline-form); each form holds a trouble
 *
 * done and decline-form post to their own action and understand: 200 {detail?}, 409 {detail},
 * 422 {fields: {name: sentence}, detail} and, for done, 422 {missing: [sentence]}; the second try then carries
 * override_reason. Answer fields are named answer.NAME; each error is shown after its field.
 */
import { Address } from './address.js';
import { Answer } from './answer.js';
import { Bar } from './bar.js';
import { Chat } from './chat.js';
import { Chooser } from './chooser.js';
import { Clipboard } from './clipboard.js';
import { Control } from './control.js';
import { Countdown } from './countdown.js';
import { Cover } from './cover.js';
import { Dialogs } from './dialogs.js';
import { Downloads } from './downloads.js';
import { Dropping } from './dropping.js';
import { View, attach as embed } from './embed.js';
import { Figures } from './figures.js';
import { Fit } from './fit.js';
import { Handing } from './handing.js';
import { Hands } from './hands.js';
import { History } from './history.js';
import { Keyboard } from './keyboard.js';
import { Line } from './line.js';
import { Menu } from './menu.js';
import { More } from './more.js';
import { Notice } from './notice.js';
import { PageZoom } from './pagezoom.js';
import { Outline } from './outline.js';
import { Pen } from './pen.js';
import { People } from './people.js';
import { Picker } from './picker.js';
import { Picture } from './picture.js';
import { Pointer } from './pointer.js';
import { Pointers } from './pointers.js';
import { Privacy } from './privacy.js';
import { Screen } from './screen.js';
import { SendKeys } from './sendkeys.js';
import { SignIn } from './signin.js';
import { Socket } from './socket.js';
import { Tabs } from './tabs.js';
import { Tickets } from './tickets.js';
import { Touch } from './touch.js';
import { Typing } from './typing.js';
import { Uploads } from './uploads.js';
import { Viewer } from './viewer.js';
import { CLOSE_CODES } from './words.js';
import { Zoom } from './zoom.js';

export { version } from './embed.js';

/**
 * The live view in `element`, ours to wire; with `options.url` one that is brought into it in a frame. Of ours,
 * `options.ticket` opens the socket in place of the markup's, and `options.pass` proves who asks in place of cookies.
 */
export function attach(element, options = {}) {
  return options.url ? embed(element, options) : new Wired(element, options);
}

class Wired extends View {
  #viewer;

  constructor(root, options) {
    super();
    this.#viewer = wire(root, options);
    this.#viewer.onfact = (type, detail) => this.hear(type, detail);
    this.#viewer.start();
  }

  focus() {
    this.#viewer.focus();
  }

  release() {
    this.#viewer.release();
  }

  setPicture(wish = {}) {
    this.#viewer.setPicture(wish);
  }

  detach() {
    this.#viewer.leave();
  }
}

function wire(root, { ticket = root.dataset.ticket, pass } = {}) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const { socket, ticketUrl, viewer, may } = root.dataset;
  const proof = pass ? { "X-Hitl-Pass": pass } : { "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" };
  const canvas = part("canvas");
  const screen = new Screen(canvas);
  const clipboard = new Clipboard(part("surface"), part("offer"));
  const picture = new Picture(part("picture"));
  const uploads = new Uploads();
  const pageZoom = new PageZoom(part("page-zoom"));
  const parts = {
    canvas,
    uploads,
    screen,
    clipboard,
    picture,
    fit: new Fit({ stage: part("stage"), choices: part("size"), typing: part("typing") }),
    figures: new Figures(part("figures"), part("show-figures")),
    line: new Line({
      socket: new Socket(address(socket), { finals: CLOSE_CODES }),
      tickets: new Tickets(ticket, ticketUrl, proof),
      codecs: screen.codecs,
      wish: picture.wish,
      viewer,
      pass,
    }),
    hands: hands(part, canvas, screen, clipboard, pageZoom),
    pageZoom,
    control: new Control({ take: part("take"), release: part("release"), words: part("words") }),
    bar: new Bar({
      tabs: new Tabs(part("tabs"), part("tab-count")),
      history: new History(part("history")),
      address: new Address(part("address"), part("origin")),
    }),
    people: new People(part("people")),
    outline: new Outline(part("outline")),
    chat: new Chat(part("lines"), part("write")),
    handing: new Handing({ ask: part("ask"), takeBack: part("takeback"), asked: part("asked") }),
    privacy: new Privacy(part("hide")),
    pointers: new Pointers(part("pointers"), canvas, screen),
    countdown: new Countdown(part("countdown")),
    dialogs: new Dialogs(part("page-dialog")),
    more: new More(part("more"), root.querySelector(".live-main")),
    menu: new Menu(part("menu"), canvas, screen.toWindow),
    chooser: new Chooser(part("chooser"), uploads),
    dropping: new Dropping({ root, canvas, box: part("dropping"), toPicture: screen.toPicture, uploads }),
    signin: new SignIn(part("signin")),
    picker: new Picker(part("picker")),
    cover: new Cover(part("cover")),
    notice: new Notice(part("notice")),
    answer: Answer.among(part, proof),
    downloads: new Downloads(part("downloads"), pass && proof),
  };
  return new Viewer(root, parts, { me: viewer, may });
}

function hands(part, canvas, screen, clipboard, pageZoom) {
  const surface = part("surface");
  return new Hands({
    canvas,
    clipboard,
    pageZoom,
    summon: part("keyboard"),
    pointer: new Pointer(canvas, screen.toPicture),
    pen: new Pen(canvas, screen.toPicture),
    touch: new Touch(canvas, screen.toPicture),
    keyboard: new Keyboard(surface),
    typing: new Typing(part("typing"), surface, screen.toWindow),
    sendKeys: new SendKeys(part("keys")),
    zoom: new Zoom(part("stage"), surface),
    toWindow: screen.toWindow,
  });
}

function address(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}
