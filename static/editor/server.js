/** Asks the server about a script; every answer changes nothing there. */
export class Server {
  #urls;
  #csrf;

  constructor({ checkUrl, formatUrl, importUrl }, csrf) {
    this.#urls = { check: checkUrl, format: formatUrl, recording: importUrl };
    this.#csrf = csrf;
  }

  /** {problems, …}, or null where it cannot be asked. */
  check(source) {
    return this.#json("check", { source });
  }

  /** {source} in good order, {problem} where that cannot be, null where it cannot be asked. */
  format(source, form = "") {
    return this.#json("format", { source, form });
  }

  /** The next piece of an import: HTML to look at, or {source, title} when it is done. Null where it cannot be asked. */
  async recording(fields) {
    const answer = await this.#post("recording", fields);
    if (!answer || (!answer.ok && answer.status !== 422)) return null;
    return answer.headers.get("Content-Type").startsWith("application/json") ? answer.json() : answer.text();
  }

  async #json(what, fields) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const answer = await this.#post(what, form);
    return answer?.ok ? answer.json().catch(() => null) : null;
  }

  #post(what, body) {
    const headers = { "X-CSRFToken": this.#csrf, "X-Requested-With": "editor" };
    return fetch(this.#urls[what], { method: "POST", headers, body, redirect: "error" }).catch(() => null);
  }
}
