const STEP = 0.75;
const TRIES = 12;

/** The picture (a Blob) as PNG in base64 of at most `longest` characters: made smaller until it fits. */
export async function fitting(picture, longest) {
  const bitmap = await createImageBitmap(picture);
  try {
    for (let tries = 0, scale = 1; tries < TRIES; tries += 1, scale *= STEP) {
      const png = await encoded(bitmap, scale);
      if (png.length <= longest) return png;
    }
  } finally {
    bitmap.close();
  }
  return null;
}

async function encoded(bitmap, scale) {
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return base64(await canvas.convertToBlob({ type: "image/png" }));
}

async function base64(blob) {
  const reader = new FileReader();
  const read = new Promise((resolve) => { reader.onload = resolve; });
  reader.readAsDataURL(blob);
  await read;
  return reader.result.slice(reader.result.indexOf(",") + 1);
}

/** The other way. */
export function fromBase64(png) {
  return new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))], { type: "image/png" });
}
