/** A site asks for a name and a password by HTTP. They go to it alone, and are not kept here. */
export class SignIn {
  onact = () => {};

  #box;
  #parts;
  #asked = null;
  #driving = false;

  constructor(box) {
    this.#box = box;
    const part = (name) => box.querySelector(`[data-part="signin-${name}"]`);
    this.#parts = { site: part("site"), realm: part("realm"), trouble: part("trouble"), name: part("name"), password: part("password") };
    box.querySelector("form").addEventListener("submit", this.#submitted);
    part("cancel").addEventListener("click", () => this.#answer());
    box.addEventListener("cancel", this.#escaped);
  }

  /** What is asked now: {n, site, realm, again}, or nothing. Another question opens the box anew: nobody goes on typing. */
  show(asked) {
    const next = asked?.site ? asked : null;
    if (next && next.n === this.#asked?.n) return;
    this.#asked = next;
    this.#parts.password.value = "";
    this.#box.close();
    if (next) this.#fill(next);
    this.#render();
  }

  drive(driving) {
    this.#driving = driving;
    this.#render();
  }

  #fill({ site, realm, again }) {
    if (!again || site !== this.#parts.site.textContent) this.#parts.name.value = "";
    this.#parts.site.textContent = site;
    this.#parts.realm.textContent = realm ?? "";
    this.#parts.realm.hidden = !realm;
    this.#parts.trouble.textContent = again ? "This name and password were not accepted." : "";
  }

  #render() {
    const open = Boolean(this.#asked) && this.#driving;
    if (open && !this.#box.open) this.#box.showModal();
    if (!open && this.#box.open) this.#box.close();
  }

  #submitted = (event) => {
    event.preventDefault();
    this.#answer({ name: this.#parts.name.value.toWellFormed(), password: this.#parts.password.value.toWellFormed() });
  };

  #escaped = (event) => {
    event.preventDefault();
    this.#answer();
  };

  #answer(given) {
    const { n } = this.#asked;
    this.show(null);
    this.onact("signin", { n, ...given });
  }
}
