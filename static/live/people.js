/** Who watches and who drives, in words. */
export class People {
  #list;

  constructor(list) {
    this.#list = list;
  }

  /** `me` and `driver` are viewers' ids; `driver` is null while nobody drives. */
  show(people, me, driver) {
    this.#list.replaceChildren(...people.map((person) => this.#item(person, me, driver)));
  }

  #item({ viewer, name }, me, driver) {
    const item = document.createElement("li");
    const who = document.createElement("span");
    who.textContent = viewer === me ? `${name || "Guest"} (you)` : name || "Guest";
    const does = document.createElement("span");
    does.textContent = viewer === driver ? "in control" : "watching";
    does.className = viewer === driver ? "live-drives" : "live-watches";
    item.append(who, " ", does);
    return item;
  }
}
