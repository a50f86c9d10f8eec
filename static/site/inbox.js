/** Wires the inbox: answers in the row, the shortcuts, and the question whether this device shall ring. */
import { Keys } from './keys.js';
import { Offer } from './offer.js';
import { Quick } from './quick.js';

const quick = new Quick(document.getElementById("said"), window.htmx);
const offer = new Offer(document.querySelector("[data-offer]"), document.querySelector("[data-tell-button]"));

const fold = document.querySelector(".fold");
fold.addEventListener("click", () => fold.setAttribute("aria-expanded", String(fold.getAttribute("aria-expanded") !== "true")));
quick.onanswered = () => offer.make();
quick.start();
offer.start();
new Keys(document.getElementById("keys"), document.getElementById("search")).start();
