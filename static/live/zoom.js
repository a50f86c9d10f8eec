const MOST = 6;
const LEGIBLE = 0.75; // of the picture's own size
const OF_WINDOW = 0.6; // of the window's height, that an enlarged picture may take

/**
 * How large the picture is seen on a small screen. It is enlarged in this window alone; the remote page hears nothing.
 * The surface is scaled inside the stage, which cuts it off; so whoever asks the surface where it is gets the truth.
 */
export class Zoom {
  #stage;
  #surface;
  #scale = 1;
  #x = 0;
  #y = 0;
  #near = null; // what was revealed, until the person looks elsewhere

  constructor(stage, surface) {
    this.#stage = stage;
    this.#surface = surface;
  }

  grab() {
    window.visualViewport.addEventListener("resize", this.#resized);
  }

  ungrab() {
    window.visualViewport.removeEventListener("resize", this.#resized);
    this.#near = null;
    this.#become(1, 0, 0);
  }

  /** Two fingers have moved apart by `factor`; what lies between them stays there. */
  pinch(factor, clientX, clientY) {
    this.#near = null;
    this.#enlarge(factor, clientX, clientY);
  }

  /** Moves the enlarged picture; returns the way that is left at its edge, for the page to scroll. */
  slide(dx, dy) {
    this.#near = null;
    return this.#move(dx, dy);
  }

  /** Makes a box of the picture legible and brings it into view. `toWindow` says where it stands. */
  reveal(box, toWindow) {
    this.#near = [box, toWindow];
    const [left, top, width, height] = box;
    const middle = () => toWindow(left + width / 2, top + height / 2);
    const { clientX, clientY, scale } = middle();
    const widest = (this.#stage.clientWidth / (width * scale)) * 0.95;
    this.#enlarge(Math.max(1, Math.min(LEGIBLE / scale, widest)), clientX, clientY);
    const now = middle();
    const stage = this.#stage.getBoundingClientRect();
    this.#move(stage.left + stage.width / 2 - now.clientX, stage.top + stage.height / 2 - now.clientY);
  }

  /**
   * The picture has another size, as when control is taken and the page becomes as wide as the phone. What was enlarged
   * to be legible is measured anew, for it may be so by itself now; what two fingers enlarged stays as it is.
   */
  refit() {
    if (!this.#near) return this.#become(this.#scale, this.#x, this.#y);
    this.#become(1, 0, 0);
    this.reveal(...this.#near);
  }

  #enlarge(factor, clientX, clientY) {
    const box = this.#stage.getBoundingClientRect();
    const x = clientX - box.left;
    const y = clientY - box.top;
    const scale = Math.min(Math.max(this.#scale * factor, 1), MOST);
    this.#become(scale, x - ((x - this.#x) / this.#scale) * scale, y - ((y - this.#y) / this.#scale) * scale);
  }

  #move(dx, dy) {
    const [x, y] = [this.#x, this.#y];
    this.#become(this.#scale, x + dx, y + dy);
    return { dx: dx - (this.#x - x), dy: dy - (this.#y - y) };
  }

  #become(scale, x, y) {
    const { offsetWidth: width, offsetHeight: height } = this.#surface;
    this.#scale = scale;
    const seen = window.visualViewport.height * window.visualViewport.scale;
    const room = Math.min(height * scale, Math.max(height, seen * OF_WINDOW));
    this.#x = between(this.#stage.clientWidth - width * scale, x, 0);
    this.#y = between(room - height * scale, y, 0);
    this.#stage.style.height = scale === 1 ? "" : `${room}px`;
    this.#surface.style.transform = scale === 1 ? "" : `translate(${this.#x}px, ${this.#y}px) scale(${scale})`;
  }

  // Also when a phone's keyboard comes or goes, or the phone is turned.
  #resized = () => {
    this.refit();
  };
}

function between(least, value, most) {
  return Math.max(Math.min(value, most), Math.min(least, most));
}
