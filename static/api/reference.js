/** Wires the page of the API: one key for all forms, and a form for each call. */
import { Call } from './call.js';

const key = document.querySelector("[data-key]");
const said = document.querySelector("[data-key-said]");

for (const form of document.querySelectorAll("[data-call]")) new Call(form, () => key.value.trim()).start();
key.addEventListener("change", greet);
addEventListener("hashchange", show);
show();

/** Says whose key it is, or why it opens nothing. */
async function greet() {
  said.textContent = "";
  if (!key.value.trim()) return;
  try {
    const answer = await fetch("/api/v1/me", { headers: { "X-API-Key": key.value.trim() }, credentials: "omit" });
    const content = await answer.json();
    said.textContent = answer.ok
      ? `“${content.key.name}”, a key of ${content.workspace.name} that may: ${content.scopes.join(", ")}.`
      : content.detail;
  } catch {
    said.textContent = "The server cannot be reached, or this is no key.";
  }
}

/** A call that the address names is opened. */
function show() {
  const call = document.getElementById(location.hash.slice(1));
  if (!(call instanceof HTMLDetailsElement)) return;
  call.open = true;
  call.scrollIntoView();
}
