/**
 * Where in a script the cursor stands, told from the text before it: the path of names and indexes to the object or
 * list around it, what stands in each object on the way, and the name or value that is being written. The text may be
 * broken off anywhere, so this reads signs and indents instead of a syntax tree.
 *
 * {path, objects, key, word, quoted, isName}: `isName` where a name is expected; else a value, of `key` in an object.
 */
const SIGNS = /"(?:[^"\\]|\\.)*"?|'[^']*'?|[{}[\],:]|[^\s"'{}[\],:]+|\s+/gy;
const LINE = /^(\s*)((?:- +|-$)*)(.*)$/;
const PAIR = /^(["']?)([\w-]+)\1:(?:\s+(.*))?$/;

export function isJson(text) {
  return /^[\s\ufeff]*[{[]/.test(text);
}

export function placeAt(before) {
  return isJson(before) ? inFlow(before) : inBlock(before.split("\n"));
}

function inFlow(text, path = [], objects = []) {
  const frames = [];
  let last = "";
  for (const [sign] of text.matchAll(SIGNS)) {
    if (sign.trim()) read(frames, sign);
    last = sign;
  }
  return flowPlace(frames, last, path, objects);
}

function read(frames, sign) {
  const top = frames.at(-1);
  if (sign === "{") frames.push({ names: {}, key: null, expects: "name" });
  else if (sign === "[") frames.push({ index: 0, expects: "value" });
  else if (sign === "}" || sign === "]") frames.pop();
  else if (!top) return;
  else if (sign === ",") next(top);
  else if (sign === ":" && top.names) top.expects = "value";
  else if (!top.names) return;
  else if (top.expects === "name") top.key = bare(sign);
  else top.names[top.key] = bare(sign);
}

function next(frame) {
  if (frame.names) Object.assign(frame, { key: null, expects: "name" });
  else frame.index += 1;
}

function flowPlace(frames, last, before, objectsBefore) {
  const path = [...before, ...frames.slice(0, -1).map((frame) => (frame.names ? frame.key : frame.index))];
  const top = frames.at(-1);
  if (!top) return null;
  if (!top.names) path.push(top.index);
  const open = /^["']/.test(last) && !(last.length > 1 && last.endsWith(last[0]));
  const word = open ? last.slice(1) : /^[^\s{}[\],:"']/.test(last) ? last : "";
  if (/["']$/.test(last) && !open) return null; // just behind a closing quote
  const isName = Boolean(top.names) && top.expects === "name";
  const objects = [...objectsBefore, ...frames.filter(({ names }) => names).map(({ names }) => names)];
  return { path, objects, key: isName || !top.names ? null : top.key, word, quoted: open, isName, json: true };
}

function bare(sign) {
  return sign.replace(/^["']|["']$/g, "");
}

function inBlock(lines) {
  const [, spaces, dashes, rest] = LINE.exec(lines.at(-1));
  const above = parents(lines.slice(0, -1).map(row).filter(Boolean), spaces.length, dashes);
  const flow = /^(?:([\w-]+):\s+)?([[{].*)$/.exec(rest);
  if (flow) return inFlow(flow[2], flow[1] ? [...above.path, flow[1]] : above.path, flow[1] ? above.objects : above.objects.slice(0, -1));
  const pair = PAIR.exec(rest);
  if (!pair) return { ...above, key: null, word: rest, quoted: false, isName: !/\s/.test(rest), json: false };
  const [, , key, value = ""] = pair;
  if (!/:\s/.test(rest)) return null; // the blank after the colon is missing yet
  return { ...above, key, word: value.replace(/^["']/, ""), quoted: /^["']/.test(value), isName: false, json: false };
}

// A line's column of its name, the columns of its dashes, its name and value; nothing for empty lines and comments.
function row(line) {
  const [, spaces, dashes, rest] = LINE.exec(line);
  if (!(dashes || rest) || rest.startsWith("#")) return null;
  const columns = [...dashes.matchAll(/-/g)].map(({ index }) => spaces.length + index);
  const [, , key = null, value = ""] = PAIR.exec(rest) ?? [];
  return { column: spaces.length + dashes.length, columns, key, value: bare(value.trim()) };
}

// Reads upwards: what is further in belongs to an earlier neighbour, what is further out is a parent.
function parents(rows, spaces, dashes) {
  const path = [];
  const objects = [{}];
  let level = spaces + dashes.length;
  let list = null; // {column, index} while its first line is looked for
  const begin = (columns) => {
    for (const column of [...columns].reverse()) {
      if (list) path.unshift(list.index);
      list = { column, index: 0 };
    }
  };
  begin([...dashes.matchAll(/-/g)].map(({ index }) => spaces + index));
  for (const { column, columns, key, value } of [...rows].reverse()) {
    if (list) {
      if (columns.includes(list.column)) list.index += 1;
      else if (column <= list.column) {
        path.unshift(key, list.index);
        list = null;
        objects.unshift({ [key]: value });
        level = column;
        begin(columns);
      }
      continue;
    }
    if (column > level) continue;
    if (column < level) path.unshift(key);
    if (column < level) objects.unshift({});
    level = column;
    if (key) objects[0][key] = value;
    begin(columns);
  }
  if (list) path.unshift(list.index);
  return { path, objects };
}
