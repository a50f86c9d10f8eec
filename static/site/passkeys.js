/** Passkeys on pages of the account: a form's press asks the browser for a credential and posts it with the form. */
const NOT_HERE = "This browser cannot use passkeys here. Sign in another way, or use a newer browser.";
const CANCELLED = "No passkey was used: it was cancelled, took too long, or there is none for this site on this device.";
const TAKEN = "This device holds a key of your account already.";

for (const form of document.querySelectorAll("form[data-passkey]")) form.addEventListener("submit", pressed);

async function pressed(event) {
  const form = event.currentTarget;
  event.preventDefault();
  tell(form, "");
  try {
    form.elements.credential.value = JSON.stringify(await credential(form));
    form.submit(); // without this handler
  } catch (error) {
    tell(form, said(error));
  }
}

async function credential(form) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) throw new TypeError(NOT_HERE);
  const made = form.dataset.passkey === "create" ? await create(form) : await get(form);
  return made.toJSON();
}

async function create(form) {
  const { publicKey } = (await options(form)).creation_options;
  const alone = form.elements.passwordless.checked;
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  };
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
}

async function get(form) {
  const { publicKey } = (await options(form)).request_options;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

// They stand in the page, or are asked for where the server does not know yet who signs in.
async function options({ dataset }) {
  if (dataset.passkeyOptions) return JSON.parse(document.getElementById(dataset.passkeyOptions).textContent);
  const answer = await fetch(dataset.passkeyFrom, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new TypeError("hitl does not answer as it should. Try again in a minute.");
  return answer.json();
}

function said(error) {
  if (error.name === "InvalidStateError") return TAKEN;
  return error.name === "NotAllowedError" ? CANCELLED : error.message;
}

function tell(form, words) {
  const place = form.querySelector("[data-passkey-trouble]");
  place.textContent = words;
  place.hidden = !words;
}
