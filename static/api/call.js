const NO_KEY = "Put an API key into the field above first.";
const UNREACHED = "The server cannot be reached. Nothing is known about what became of the call.";

/** The form of one call: sends it with the reader's key and shows the answer as it came. */
export class Call {
  #form;
  #key;
  #shown;

  constructor(form, key) {
    this.#form = form;
    this.#key = key;
    this.#shown = form.querySelector("[data-answer]");
  }

  start() {
    this.#form.addEventListener("submit", this.#sent);
  }

  #sent = async (event) => {
    event.preventDefault();
    if (!this.#key()) return this.#show(paragraph(NO_KEY));
    const button = this.#form.querySelector("button");
    button.disabled = true;
    try {
      const began = performance.now();
      const answer = await fetch(this.#address(), this.#options());
      await this.#read(answer, Math.round(performance.now() - began));
    } catch {
      this.#show(paragraph(UNREACHED));
    }
    button.disabled = false;
  };

  #address() {
    const query = new URLSearchParams();
    let path = this.#form.dataset.path;
    for (const { name, value, dataset } of this.#filled()) {
      if (dataset.in === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
      if (dataset.in === "query") query.set(name, value);
    }
    return query.size ? `${path}?${query}` : path;
  }

  #options() {
    const headers = { Authorization: `Bearer ${this.#key()}` };
    for (const { name, value, dataset } of this.#filled()) if (dataset.in === "header") headers[name] = value;
    const body = this.#form.querySelector("[data-body]")?.value;
    if (body) headers["Content-Type"] = "application/json";
    return { method: this.#form.dataset.method, headers, body, credentials: "omit" };
  }

  #filled() {
    return [...this.#form.querySelectorAll("[data-in]")].filter((field) => field.value.trim());
  }

  async #read(answer, took) {
    const head = document.createElement("p");
    const chip = document.createElement("span");
    chip.className = `chip bare ${answer.ok ? "succeeded" : "failed"}`;
    chip.textContent = answer.status;
    head.append(chip, ` ${answer.statusText} in ${took} ms`);
    this.#show(head, await contentOf(answer));
  }

  #show(...parts) {
    this.#shown.replaceChildren(...parts.filter(Boolean));
    this.#shown.hidden = false;
  }
}

async function contentOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.startsWith("image/")) {
    const image = new Image();
    image.alt = "The picture that was sent";
    image.src = URL.createObjectURL(await answer.blob());
    return image;
  }
  const text = await answer.text();
  if (!text) return null;
  const pre = document.createElement("pre");
  pre.tabIndex = 0;
  pre.textContent = type.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return pre;
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}
