import { MOST_FILES } from './uploads.js';

const TOO_MANY = `There are more than ${MOST_FILES.toLocaleString("en")} files in it. Drop a smaller folder, or some of its files.`;

/**
 * What was dropped, as it lies on the desk: {file, path} of each file, and of each empty folder, whose path ends with a
 * slash. To be called in the drop's own event, after which a browser tells no more of it; `signal` ends it.
 */
export function lying(dataTransfer, signal) {
  const items = [...dataTransfer.items].filter(({ kind }) => kind === "file");
  const uppermost = items.map((item) => ({ file: item.getAsFile(), entry: item.webkitGetAsEntry?.() }));
  return gathered(uppermost, signal);
}

async function gathered(uppermost, signal) {
  const found = [];
  for (const { file, entry } of uppermost) {
    if (entry?.isDirectory) await walk(entry, entry.name, found, signal);
    else if (file) found.push({ file, path: file.name });
  }
  return found;
}

async function walk(entry, path, found, signal) {
  signal.throwIfAborted();
  if (found.length >= MOST_FILES) throw new Error(TOO_MANY);
  if (entry.isFile) found.push({ file: await asked(entry, "file"), path });
  else await walkIn(entry, path, found, signal);
}

async function walkIn(folder, path, found, signal) {
  const reader = folder.createReader();
  let inside = await asked(reader, "readEntries");
  if (!inside.length) found.push({ file: new File([], folder.name), path: `${path}/` });
  for (; inside.length; inside = await asked(reader, "readEntries")) // so many at a time
    for (const entry of inside) await walk(entry, `${path}/${entry.name}`, found, signal);
}

function asked(source, what) {
  return new Promise((resolve, reject) => source[what](resolve, reject));
}
