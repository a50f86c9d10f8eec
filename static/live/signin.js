/** A site asks for a name and a password by HTTP. They go to it alone, and are not kept here. */
export class SignIn {
  onact = () => {};

  #box;
  #parts;
  #open = false;
  #driving = false;

  constructor(box) {
    this.#box = box;
    const part = (name) => box.querySelector(`[data-part="signin-${name}"]`);
    this.#parts = { site: part("site"), realm: part("realm"), trouble: part("trouble"), name: part("name"), password: part("password") };
    box.querySelector("form").addEventListener("submit", this.#submitted);
    part("cancel").addEventListener("click", () => this.#answer());
    box.addEventListener("cancel", this.#escaped);
  }

  /** What is asked now: {site, realm, again}, or nothing. */
  show(asked) {
    this.#open = Boolean(asked?.site);
    this.#parts.password.value = "";
    if (this.#open) this.#fill(asked);
    this.#render();
  }

  drive(driving) {
    this.#driving = driving;
    this.#render();
  }

  #fill({ site, realm, again }) {
    this.#parts.site.textContent = site;
    this.#parts.realm.textContent = realm ?? "";
    this.#parts.realm.hidden = !realm;
    this.#parts.trouble.textContent = again ? "This name and password were not accepted." : "";
    if (!again) this.#parts.name.value = "";
  }

  #render() {
    const open = this.#open && this.#driving;
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
    this.show(null);
    this.onact("signin", given);
  }
}
