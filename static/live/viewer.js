import { connect } from './connections.js';
import * as words from './words.js';

const Phase = Object.freeze({ CONNECTING: "connecting", WATCHING: "watching", DRIVING: "driving", CLOSED: "closed" });

// From → to. Closed is final: whatever arrives later changes nothing any more.
const MOVES = Object.freeze({
  connecting: [Phase.WATCHING, Phase.DRIVING, Phase.CLOSED],
  watching: [Phase.CONNECTING, Phase.DRIVING, Phase.CLOSED],
  driving: [Phase.CONNECTING, Phase.WATCHING, Phase.CLOSED],
  closed: [],
});

// The parts that run from the first moment to the last, and those that whoever drives has to themselves.
const RUN = Object.freeze(["screen", "picture", "fit", "figures", "control", "more", "dialogs", "countdown", "chat", "handing", "privacy", "pointers", "outline", "dropping", "answer"]);
const DRIVEN = Object.freeze(["screen", "fit", "bar", "more", "dialogs", "chooser", "picker", "signin", "outline", "dropping", "menu", "privacy"]);

/**
 * The conductor of a live view: connecting → watching ⇄ driving → closed. It alone knows all parts; they do not know
 * each other. What the server says decides: this viewer drives exactly while the browser server names it as holder.
 */
export class Viewer {
  /** What others may know: a fact of each kind that stands now, told again and again, or something that has happened. */
  onfact = () => {};

  #root;
  #parts;
  #phase = Phase.CONNECTING;
  #me;
  #may;
  #state = {};
  #holder = null;
  #people = [];
  #hidden = false;
  #greeted = false;
  #asked = false;
  #released = false;
  #lapsed = null; // control has ended, and this was said of it
  #drove = false; // when the line was lost, and has not been told what became of it
  #crashed = false;
  #apart = null; // from the browser, and why

  #watchOn = Object.freeze({ label: "Go on watching", act: () => this.#uncover() });

  #reloadPage = Object.freeze({ label: "Reload the page", act: () => this.#reload() });

  #handlers = Object.freeze({
    hello: (message) => this.#welcome(message),
    state: (message) => this.#learn(message),
    zoom: (message) => this.#parts.pageZoom.show(message),
    size: ({ w, h }) => this.#parts.screen.resize(w, h),
    tabs: ({ tabs }) => this.#turnTo(tabs),
    icon: (message) => this.#parts.bar.icon(message),
    control: (message) => this.#hold(message),
    people: ({ people }) => this.#meet(people),
    pointer: (message) => this.#parts.pointers.show(message),
    chat: ({ lines }) => this.#parts.chat.show(lines, this.#me),
    asked: (message) => this.#parts.handing.hear(message),
    offered: () => this.#take(),
    outline: (message) => this.#parts.outline.show(message),
    private: (message) => this.#hide(message),
    input: ({ e, s }) => this.#parts.hands.arrived(e, s),
    cursor: (message) => this.#parts.screen.cursor(message),
    field: (message) => this.#parts.hands.follow(message),
    clipboard: ({ text, png }) => this.#parts.clipboard.take(text, png),
    downloads: ({ downloads }) => this.#parts.downloads.show(downloads),
    dialog: (message) => this.#parts.dialogs.show(message),
    nopicture: () => this.#parts.cover.show(words.COVERS.unseen),
    figures: (message) => this.#parts.figures.show(message),
    chooser: (message) => this.#parts.chooser.show(message),
    signin: (message) => this.#parts.signin.show(message),
    picker: (message) => this.#parts.picker.show(message),
    menu: (message) => this.#parts.menu.show(message),
    taken: (message) => this.#parts.uploads.taken(message),
    refused: (message) => this.#refused(message),
    away: () => this.#lost(words.COVERS.away),
    gone: ({ reason }) => this.#lost(words.gone(reason)),
  });

  /** `me` and `may` as the page was rendered; the server's state overrules both. */
  constructor(root, parts, { me, may }) {
    this.#root = root;
    this.#parts = parts;
    this.#me = me;
    this.#may = may;
    connect(parts, {
      receive: (message) => this.#receive(message),
      lost: () => this.#lost(words.COVERS.lost),
      shut: (code) => this.#shut(code),
      drawn: (n) => this.#drawn(n),
      take: () => this.#take(),
      takeBack: () => this.#take("takeback"),
      release: () => this.#release(),
      handOver: (viewer) => this.#handOver(viewer),
      answered: (how) => this.#answered(how),
      here: () => this.#greeted,
      epoch: () => this.#holder?.epoch ?? 0,
      driver: () => this.#holder?.name,
      driving: () => this.#phase === Phase.DRIVING,
    });
  }

  start() {
    const { line, screen, picture, cover } = this.#parts;
    for (const name of RUN) this.#parts[name]?.start();
    screen.codecs().then((kinds) => picture.offer(kinds));
    window.addEventListener("offline", this.#offline);
    cover.show(words.COVERS.connecting);
    this.#render();
    line.start();
  }

  /** The page is done with it: control is given back, and the line is closed. */
  leave() {
    this.release();
    this.#become(Phase.CLOSED);
    this.stop();
    this.#render(words.LEFT);
  }

  focus() {
    this.#parts.canvas.focus();
  }

  /** Gives control back, where it is here. */
  release() {
    if (this.#phase === Phase.DRIVING) this.#release();
  }

  setPicture(wish) {
    if (this.#phase !== Phase.CLOSED) this.#parts.picture.choose(wish);
  }

  stop() {
    window.removeEventListener("offline", this.#offline);
    for (const name of ["line", ...RUN]) this.#parts[name]?.stop();
  }

  // The line may outlive it, so it is kept; for as long as it is silent nothing else shows that the picture is old.
  #offline = () => {
    if (this.#greeted) this.#parts.notice.say(words.OFFLINE);
  };

  // The one door for phases.
  #become(phase) {
    if (phase === this.#phase || !MOVES[this.#phase].includes(phase)) return;
    this.#phase = phase;
    const driving = phase === Phase.DRIVING;
    if (driving) this.#released = false; // the line may have fallen before that was answered
    if (driving) this.#parts.hands.grab(this.#holder.epoch);
    else this.#parts.hands.ungrab();
    for (const name of DRIVEN) this.#parts[name].drive(driving);
    // Control may also come back by itself after a lost line; who writes beside the picture meanwhile goes on writing.
    if (driving && (this.#asked || document.activeElement === document.body)) {
      this.#parts.fit.front();
      this.#parts.canvas.focus({ preventScroll: true });
    }
    this.#asked = false;
    if (this.#crashed) this.#coverCrash();
  }

  #receive(message) {
    if (this.#phase !== Phase.CLOSED) this.#handlers[message.t](message);
  }

  #welcome({ w, h, tabs, control, dialog }) {
    this.#greeted = true;
    this.#apart = null;
    this.#parts.line.say("own", { on: this.#parts.more.own });
    this.#parts.screen.resize(w, h);
    this.#parts.cover.show(words.COVERS.awaited);
    this.#turnTo(tabs);
    if (this.#phase === Phase.CONNECTING) this.#become(Phase.WATCHING);
    if (control?.viewer) this.#drove = false;
    this.#hold(control ?? { viewer: null });
    this.#parts.dialogs.show(dialog);
  }

  #learn(state) {
    this.#state = state;
    if (state.you) {
      this.#me = state.you.viewer;
      this.#may = state.you.may ?? this.#may;
    }
    if (this.#lapsed) this.#explainLapse();
    if (this.#drove && !state.you?.holds) this.#sayLapsed();
    if (this.#parts.cover.stands("note")) this.#coverReplaced();
    if (state.execution) this.#root.dataset.executionStatus = state.execution.status;
    this.#parts.countdown.show({ deadline: state.alert?.deadline ?? null, now: state.now, held: state.alert?.status === "claimed" });
    this.#parts.downloads.hand(state.files ?? []);
    const end = words.ending(state, Boolean(this.#root.dataset.alert), this.#parts.answer?.given);
    if (end) this.#end(end);
    else this.#hold(this.#holder ?? { viewer: null });
  }

  #hold(control) {
    const before = this.#holder;
    this.#holder = control.viewer ? control : null;
    const mine = Boolean(this.#holder) && this.#holder.viewer === this.#me;
    const passed = this.#holder?.viewer !== before?.viewer;
    if (mine || passed) this.#parts.control.settle();
    if (this.#greeted) this.#follow(mine);
    if (passed) this.#hideFromOthers();
    this.#render();
  }

  #follow(mine) {
    const drove = this.#phase === Phase.DRIVING;
    this.#become(mine ? Phase.DRIVING : Phase.WATCHING);
    if (mine) this.#drove = false;
    if (mine) this.#parts.hands.grab(this.#holder.epoch);
    if (mine) this.#parts.cover.hide("note");
    if (drove && !mine) this.#dispossessed();
  }

  #dispossessed() {
    if (this.#holder) this.#coverReplaced();
    else if (!this.#released) this.#sayLapsed();
    this.#released = false;
  }

  #coverReplaced() {
    if (!this.#holder) return;
    this.#parts.cover.show({ ...words.replaced(this.#holder.name, this.#isElsewhere), action: this.#watchOn });
  }

  // This person drives, in another window or on another device.
  get #isElsewhere() {
    const { you, alert } = this.#state;
    const other = this.#holder !== null && this.#holder.viewer !== this.#me;
    return other && Boolean(you?.holds) && alert?.claimed_by === this.#holder.name;
  }

  #sayLapsed() {
    this.#drove = false;
    this.#lapsed = words.lapsed(this.#state, this.#may);
    this.#parts.notice.say(this.#lapsed);
  }

  // That control has ended may be known before why.
  #explainLapse() {
    if (words.lapsed(this.#state, this.#may) !== this.#lapsed) this.#sayLapsed();
    this.#lapsed = null;
  }

  #answered(how) {
    this.#released = this.#phase === Phase.DRIVING; // what follows is their own doing
    this.onfact("answered", { how });
  }

  #meet(people) {
    this.#people = people;
    this.#parts.pointers.meet(people);
    this.#parts.handing.meet(people);
    this.#parts.chat.open(people.length > 1);
    this.#render();
  }

  #drawn(n) {
    this.#parts.line.say("ack", { n });
    if (this.#greeted) this.#parts.cover.hide("waiting", "lost");
  }

  // The line, or the browser behind it: what stands in the picture is old, and nothing goes there.
  #lost(cover) {
    this.#greeted = this.#crashed = false;
    this.#apart = cover.title;
    this.#holder = null;
    const unknown = this.#parts.hands.renew();
    this.#drove ||= this.#phase === Phase.DRIVING && !this.#released;
    this.#become(Phase.CONNECTING);
    this.#parts.screen.reset();
    this.#parts.uploads.stop();
    for (const part of [this.#parts.dialogs, this.#parts.chooser, this.#parts.signin]) part.show(null);
    this.#parts.control.settle();
    this.#parts.chat.giveBack();
    this.#parts.cover.show(cover);
    if (unknown && cover.kind === "lost") this.#parts.notice.say(words.UNKNOWN_ARRIVAL);
    this.#render();
  }

  #refused({ s, why }) {
    this.#parts.control.settle();
    this.#parts.hands.answered();
    this.#parts.bar.refused(s ?? null);
    if (!this.#parts.uploads.refused(s, why)) this.#parts.notice.say(why);
    this.onfact("error", { code: "refused", message: why });
  }

  #turnTo(tabs) {
    this.#parts.bar.show(tabs);
    const active = tabs.find((tab) => tab.active);
    this.#parts.menu.turn(active);
    const crashed = Boolean(active?.crashed);
    if (crashed === this.#crashed) return;
    this.#crashed = crashed;
    if (crashed) this.#coverCrash();
    else this.#parts.cover.hide("crashed");
  }

  #coverCrash() {
    const driving = this.#phase === Phase.DRIVING;
    const text = driving ? "" : "Whoever is in control can reload it.";
    this.#parts.cover.show({ ...words.COVERS.crashed, text, action: driving ? this.#reloadPage : null });
  }

  #take(how = "take") {
    this.#asked = true;
    this.#parts.line.say(how);
  }

  #reload() {
    this.#parts.hands.act("go", { to: "reload" });
    this.#parts.canvas.focus({ preventScroll: true });
  }

  #handOver(viewer) {
    this.#released = true;
    this.#parts.hands.releaseAll();
    this.#parts.line.say("hand", { to: viewer });
  }

  #hide({ on, wished }) {
    this.#hidden = on;
    this.#parts.privacy.show(wished);
    this.#hideFromOthers();
    this.#render();
  }

  // A watcher is told why there is nothing to see; the driver sees all. Who of the two one is may change meanwhile.
  #hideFromOthers() {
    const { cover, screen, outline } = this.#parts;
    const mine = this.#holder?.viewer === this.#me;
    if (!this.#hidden || mine) return cover.hide("hidden");
    screen.blank();
    outline.clear();
    if (!cover.stands("note")) cover.show(words.COVERS.hidden);
  }

  // What was said has been read.
  #uncover() {
    this.#parts.cover.hide("note");
    this.#hideFromOthers();
  }

  #release() {
    this.#released = true;
    this.#parts.hands.releaseAll();
    this.#parts.line.say("release");
  }

  #shut(code) {
    const { title, text, reload } = words.closed(code);
    this.#parts.screen.blank(); // who is let in no more has seen the last of it
    this.#parts.outline.clear();
    this.#end({ title, text, action: reload ? { label: "Reload", act: () => location.reload() } : null });
  }

  #end({ title, text, action = null }) {
    this.#become(Phase.CLOSED);
    this.stop();
    this.#holder = null;
    this.#parts.bar.show([]);
    this.#parts.notice.clear();
    this.#parts.cover.show({ kind: "final", title, text, action });
    this.#render(`${title}. ${text}`);
    const at = document.activeElement;
    if (this.#root.contains(at) && !at.getClientRects().length) this.#parts.control.rest();
    this.onfact("ended", { title, text });
  }

  #render(sentence) {
    const { control, people } = this.#parts;
    const facts = {
      phase: this.#phase,
      driver: this.#holder ? this.#holder.name || "Somebody" : null,
      may: this.#may,
      status: this.#state.execution?.status,
      hidden: this.#hidden,
      apart: this.#apart,
      elsewhere: this.#isElsewhere,
    };
    const mayDrive = this.#phase === Phase.WATCHING && this.#may === "control";
    const another = this.#holder !== null && !this.#state.you?.holds; // themselves, on another device, they need not ask
    const mayTake = mayDrive && !another;
    this.#parts.handing.offer(mayDrive && another, mayDrive && another && Boolean(this.#state.you?.outranks));
    this.#parts.privacy.offer(this.#phase === Phase.DRIVING && (this.#people.length > 1 || this.#hidden));
    if (this.#phase !== Phase.DRIVING) this.#parts.handing.forget();
    this.#root.dataset.phase = this.#phase;
    control.show({ words: sentence ?? words.standing(facts), mayTake, driving: this.#phase === Phase.DRIVING });
    people.show(this.#people, { me: this.#me, own: this.#state.you?.own, driver: this.#holder?.viewer ?? null });
    this.#tell(facts);
  }

  #tell({ phase, driver }) {
    const { execution, alert } = this.#state;
    this.onfact("phase", { phase });
    this.onfact("control", { driver, mine: phase === Phase.DRIVING });
    if (execution) this.onfact("status", { execution: execution.status, alert: alert?.status ?? null, reason: execution.failure_reason ?? null });
  }
}
