const SLOW = 3; // milliseconds; with a GPU it takes less than one
const TIMES = 3; // in a row
const PLANAR = ["I420", "I422", "I444", "NV12"]; // what a decoder in software gives
const FORMAT = Object.freeze({ format: "RGBA" });

/**
 * Turns decoded video into pixels where this browser draws it slowly: without a GPU, 1280×720 with its colour in full
 * holds up the page for 17 ms, while its pixels are there after 1.2 (off the page's thread) and are drawn in 0.3.
 */
export class Pixels {
  #slow = 0;
  #refused = false;
  #spare = [];

  /** To draw a picture as it was took so many milliseconds. */
  took(milliseconds) {
    this.#slow = milliseconds > SLOW ? this.#slow + 1 : 0;
  }

  /** The picture as it is, or {image} with its pixels; whoever draws it closes it. */
  async of(picture) {
    if (this.#slow < TIMES || this.#refused || !converts(picture)) return picture;
    const image = this.#blank(picture.visibleRect);
    try {
      await picture.copyTo(image.data, FORMAT);
    } catch {
      this.#refused = true;
      return picture;
    }
    picture.close();
    return { image, close: () => this.#spare.push(image) };
  }

  #blank({ width, height }) {
    const image = this.#spare.pop();
    return image?.width === width && image.height === height ? image : new ImageData(width, height);
  }
}

// A browser that does not know of formats would copy the planes as they are.
function converts(picture) {
  const { format, visibleRect, displayWidth, displayHeight } = picture;
  const { width, height } = visibleRect ?? {};
  const isWhole = width === displayWidth && height === displayHeight;
  return PLANAR.includes(format) && isWhole && picture.allocationSize(FORMAT) === 4 * width * height;
}
