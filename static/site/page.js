/** Wires a page: its moments everywhere; inside a workspace also its notes, its pieces and the count of open alerts. */
import * as clock from './clock.js';
import * as presses from './presses.js';
import { Count } from './count.js';
import { Line } from './line.js';
import { Moments } from './moments.js';
import { Notes } from './notes.js';
import { Pieces } from './pieces.js';
import { Tell } from './tell.js';

clock.set(document.documentElement.dataset.now);
presses.start();
const moments = new Moments();
if (document.body.dataset.notes) follow(document.body.dataset);
moments.start();
document.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

function follow({ notes: path, ticket, ticketUrl, openAlertsUrl }) {
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const notes = new Notes(path, { ticket, ticketUrl, csrf });
  const pieces = new Pieces(window.htmx);
  const line = new Line(document.getElementById("line"));
  const count = new Count(openAlertsUrl, document.querySelector("[data-open-alerts]"));
  const tell = new Tell(document.querySelector("[data-tell]"));
  let connected = false;

  notes.onchanged = ({ what }) => {
    pieces.soon(what);
    if (what === "alert") count.soon();
  };
  notes.onstanding = (well) => {
    connected = well;
    line.stands(well);
    if (well) pieces.soon(); // whatever was said while nobody listened
  };
  notes.onrefused = () => line.signedOut();
  pieces.onread = () => {
    moments.look();
    count.soon();
    line.stands(connected);
  };
  pieces.onfailed = () => line.unreachable();
  pieces.onsignedout = () => line.signedOut();
  count.onread = (newest) => tell.hear(newest);

  pieces.start();
  tell.start();
  count.soon();
  notes.start();
}
