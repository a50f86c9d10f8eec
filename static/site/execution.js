/**
 * Follows one execution: the root element says how it stands, and the live view asks what the newest alert asks. A new
 * request means another form beside the picture, so the page is loaded anew; an answered one only takes its form away.
 */
import './standing.js';
import { Gallery } from './gallery.js';

const stage = document.getElementById("stage");

function follow() {
  const { status, alert, over } = document.getElementById("facts").dataset;
  document.documentElement.dataset.executionStatus = status;
  if (!stage || over === "yes") return;
  if (alert && alert !== stage.dataset.answers) location.reload();
  for (const part of stage.querySelectorAll("[data-request]")) part.hidden = !alert;
}

document.addEventListener("htmx:afterSwap", follow);
new Gallery(document.getElementById("gallery")).start();
