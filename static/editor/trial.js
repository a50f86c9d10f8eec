/** Wires a trial's page: the part in which its script is changed comes after the page, and again where it was refused. */
import { Writing } from './writing.js';

document.addEventListener("htmx:load", ({ target }) => {
  const box = target.querySelector("[data-editor]");
  if (box) new Writing(box).start();
});
