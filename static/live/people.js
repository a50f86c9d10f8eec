/** Who watches and who drives, in words; whoever drives can hand over to somebody who may. */
export class People {
  onhand = () => {};

  #list;
  #shown = "";

  constructor(list) {
    this.#list = list;
  }

  /** `me` and `driver` are viewers' ids; `driver` is null while nobody drives. */
  show(people, me, driver) {
    const facts = JSON.stringify([people, me, driver]);
    if (facts === this.#shown) return; // told again every few seconds; whoever is at a button here stays there
    this.#shown = facts;
    this.#list.replaceChildren(...people.map((person) => this.#item(person, me, driver)));
  }

  #item({ viewer, name, may }, me, driver) {
    const item = document.createElement("li");
    const who = document.createElement("span");
    who.textContent = viewer === me ? `${name || "Guest"} (you)` : name || "Guest";
    const does = document.createElement("span");
    does.textContent = viewer === driver ? "in control" : "watching";
    does.className = viewer === driver ? "live-drives" : "live-watches";
    item.append(who, " ", does);
    if (driver === me && viewer !== me && may === "control") item.append(" ", this.#hand(viewer, who.textContent));
    return item;
  }

  #hand(viewer, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Hand over";
    button.setAttribute("aria-label", `Hand over to ${name}`);
    button.addEventListener("click", () => this.onhand(viewer));
    return button;
  }
}
