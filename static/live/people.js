/** Who watches and who drives, in words; whoever drives can hand over to somebody who may. */
export class People {
  onhand = () => {};

  #list;
  #shown = "";

  constructor(list) {
    this.#list = list;
  }

  /**
   * `me` and `driver` are viewers' ids; `driver` is null while nobody drives. `own` is what the ids of all of this
   * person's pages have up to the dot, where they are told from those of others.
   */
  show(people, { me, own = null, driver }) {
    const facts = JSON.stringify([people, me, own, driver]);
    if (facts === this.#shown) return; // told again every few seconds; whoever is at a button here stays there
    this.#shown = facts;
    this.#list.replaceChildren(...people.map((person) => this.#item(person, me, own, driver)));
  }

  #item({ viewer, name, may }, me, own, driver) {
    const item = document.createElement("li");
    const who = document.createElement("span");
    who.textContent = `${name || "Guest"}${whose(viewer, me, own)}`;
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

function whose(viewer, me, own) {
  if (viewer === me) return " (you)";
  return own && viewer.split(".")[0] === own ? " (you, in another window)" : "";
}
