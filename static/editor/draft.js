const SIGN_IN = "/accounts/";

/**
 * What stood in the form when it was sent. Where that came to nothing (the person was signed out meanwhile, or the page
 * was too old), it is back as soon as they are: it waits in this tab alone, and for one time.
 */
export class Draft {
  #form;
  #key;

  constructor(form) {
    this.#form = form;
    this.#key = `hitl.draft ${new URL(form.action).pathname}`;
  }

  keep() {
    const fields = [...new FormData(this.#form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(fields));
    } catch {
      // The tab has no room for it; the form is sent all the same.
    }
  }

  /** Fills the form again, and says whether there was anything; the value of `name` is handed to `put`. */
  restore(name, put) {
    const kept = sessionStorage.getItem(this.#key);
    sessionStorage.removeItem(this.#key);
    if (!kept || !cameBack()) return false;
    const fields = new Map(JSON.parse(kept));
    for (const input of this.#form.querySelectorAll("input:not([type=file], [name=csrfmiddlewaretoken])")) fill(input, fields);
    put(fields.get(name) ?? "");
    return true;
  }
}

function cameBack() {
  const from = document.referrer ? new URL(document.referrer).pathname : "";
  return from.startsWith(SIGN_IN) || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
}

function fill(input, fields) {
  if (input.type === "checkbox") input.checked = fields.get(input.name) === input.value;
  else if (fields.has(input.name)) input.value = fields.get(input.name);
}
