/**
 * The page that all the remote browsers show. Its strip of blocks, at the top left, can be read from a picture of the
 * page: one white, one black, the mark that turns with each press or key, then the time of this frame in 13 bits.
 */
const BLOCK = 24;
const BITS = 13;
const SCROLL = 600; // pixels a second
const LASTS = 3_000;
const PARAGRAPHS = 120;
const PHOTOS = 24;
const ROWS = 15;

const strip = document.querySelector("#strip").getContext("2d");
const field = document.querySelector("#field");
let mark = false;
let heard = []; // [key, when] of each key that went down or up

function block(place, white) {
  strip.fillStyle = white ? "#fff" : "#000";
  strip.fillRect(place * BLOCK, 0, BLOCK, BLOCK);
}

function turn() {
  mark = !mark;
  block(2, mark);
}

function stamp() {
  const now = Date.now();
  for (let bit = 0; bit < BITS; bit += 1) block(3 + bit, Math.floor(now / 2 ** bit) % 2 === 1);
}

function scroll() {
  const began = performance.now();
  const step = () => {
    const gone = performance.now() - began;
    if (gone > LASTS) return;
    window.scrollTo(0, (gone / 1000) * SCROLL);
    stamp();
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

const ORDERS = {
  1: () => show("plain"),
  2: () => show("photos"),
  3: scroll,
  4: tell,
  5: () => field.blur(), // no caret blinks any more, not even one that nobody sees
};

function tell() {
  fetch("heard", { method: "POST", body: JSON.stringify(heard) });
  heard = [];
}

function show(name) {
  document.body.className = name;
  field.value = "";
  window.scrollTo(0, 0);
}

window.addEventListener("mousedown", (event) => {
  event.preventDefault(); // the field keeps the focus
  turn();
});

window.addEventListener("keydown", (event) => {
  const order = ORDERS[event.key];
  if (!order) {
    hear(event);
    return turn();
  }
  event.preventDefault();
  order();
});

window.addEventListener("keyup", (event) => {
  if (!ORDERS[event.key]) hear(event);
});

function hear({ key }) {
  heard.push([key, Date.now()]);
}

const words = "the quick brown fox jumps over the lazy dog while nobody looks at the clock on the wall ".split(" ");
for (let number = 0; number < PARAGRAPHS; number += 1) {
  const text = Array.from({ length: 60 }, (_, at) => words[(number * 7 + at * at) % words.length]).join(" ");
  document.querySelector("#plain").append(Object.assign(document.createElement("p"), { textContent: text }));
}
for (let number = 0; number < ROWS * 4; number += 1) {
  document.querySelector("#photos").append(Object.assign(new Image(), { src: `photo-${number % PHOTOS}.jpg` }));
}
block(0, true);
block(1, false);
block(2, false);
stamp();
field.focus();
