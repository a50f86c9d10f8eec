/** Wires the page that stands in a frame on another site: first its button, then the view; and the page around it. */
import { Around } from './around.js';
import { attach } from './attach.js';
import { EVENTS } from './embed.js';
import { Threshold } from './threshold.js';

const place = document.querySelector("[data-framed]");
const origins = place.dataset.origins.split(" ");
const around = new Around(origins);
const threshold = new Threshold(place.querySelector("[data-door]"), place.querySelector("[role=alert]"));

// The pass is good for as long as these sites are on the list: those around this frame, or all where a browser does not say.
const sites = [...(location.ancestorOrigins ?? ["null"])];
if (sites.every((site) => origins.includes(site))) place.querySelector("[name=around]").value = sites.join(" ");

threshold.onrefused = (message) => around.tell("error", { code: "refused", message });
threshold.onopen = ({ pass, ticket }) => {
  place.replaceChildren(place.querySelector("template").content);
  document.getElementById("main").focus();
  const view = attach(place.querySelector("[data-live]"), { pass, ticket });
  EVENTS.forEach((type) => view.addEventListener(type, ({ detail }) => around.tell(type, detail)));
  around.tell("phase", { phase: view.phase });
  around.serve(view);
  // Whoever loads it anew is a new visitor; and before the line is let go, which happens at that moment too.
  window.addEventListener("pagehide", () => view.release(), { capture: true });
};
around.tell("phase", { phase: "asked" });
around.start();
threshold.start();
