import { Pace } from './pace.js';

const SHOWN_FOR = 4_000;
const COLOURS = 5;
const APART = 66; // milliseconds between two places that are told

/** Where the others point: a small arrow with a name for each, over the picture. `onpoint({x, y})` tells of one's own. */
export class Pointers {
  onpoint = () => {};

  #layer;
  #canvas;
  #screen;
  #arrows = new Map();
  #names = new Map();
  #told = -Infinity;
  #moves = new Pace((place) => this.#tell(place));

  constructor(layer, canvas, screen) {
    this.#layer = layer;
    this.#canvas = canvas;
    this.#screen = screen;
  }

  start() {
    this.#canvas.addEventListener("pointermove", this.#moved);
  }

  stop() {
    this.#canvas.removeEventListener("pointermove", this.#moved);
    this.#moves.stop();
    this.meet([]);
  }

  /** Those who are here: the arrow of somebody who has left goes with them. */
  meet(people) {
    this.#names = new Map(people.map(({ viewer, name }) => [viewer, name || "Guest"]));
    for (const viewer of this.#arrows.keys()) if (!this.#names.has(viewer)) this.#remove(viewer);
  }

  show({ viewer, x, y }) {
    if (!this.#names.has(viewer)) return;
    const arrow = this.#arrows.get(viewer) ?? this.#make(viewer);
    const { clientX, clientY } = this.#screen.toWindow(x, y);
    const { left, top } = this.#layer.getBoundingClientRect();
    arrow.element.style.transform = `translate(${clientX - left}px, ${clientY - top}px)`;
    clearTimeout(arrow.timer);
    arrow.timer = setTimeout(() => this.#remove(viewer), SHOWN_FOR);
  }

  #make(viewer) {
    const element = document.createElement("span");
    element.className = `live-pointer live-pointer-${colour(viewer)}`;
    element.textContent = this.#names.get(viewer);
    this.#layer.append(element);
    const arrow = { element, timer: 0 };
    this.#arrows.set(viewer, arrow);
    return arrow;
  }

  #remove(viewer) {
    const arrow = this.#arrows.get(viewer);
    clearTimeout(arrow.timer);
    arrow.element.remove();
    this.#arrows.delete(viewer);
  }

  #moved = (event) => {
    if (this.#names.size < 2) return; // nobody to tell
    const { x, y, inside } = this.#screen.toPicture(event.clientX, event.clientY);
    if (inside) this.#moves.push({ x, y });
  };

  #tell(place) {
    const now = performance.now();
    if (now - this.#told < APART) return;
    this.#told = now;
    this.onpoint(place);
  }
}

function colour(viewer) {
  return [...viewer].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % COLOURS;
}
