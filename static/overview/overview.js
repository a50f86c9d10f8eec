/**
 * Draws the overview's charts from the columns in the page. Colours come from the design's tokens and lines differ in
 * their dashes too, so that nobody needs to tell the colours apart; the same figures stand in a table below each.
 */
const LINES = [["--ok", []], ["--danger", [8, 4]], ["--warn", [2, 4]]];
const TIMES = [["--accent", []], ["--warn", [8, 4]]];
const HEIGHT = 200;
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
const drawn = [];

function colour(name) {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`; // light-dark() is resolved by the browser alone
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function axis(more = {}) {
  const grid = { stroke: colour("--line"), width: 1 };
  return { stroke: colour("--muted"), grid, ticks: grid, ...more };
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function dated(at) {
  return new Date(at * 1000).toLocaleDateString(undefined, { timeZone: "UTC", day: "numeric", month: "short" });
}

function options(place) {
  const { lines, unit } = place.dataset;
  const looks = unit ? TIMES : LINES;
  const value = (_, number) => (unit ? duration(number) : number ?? "–");
  const series = lines.split(",").map((label, index) => {
    const [name, dash] = looks[index];
    return { label, value, dash, stroke: colour(name), width: 2, spanGaps: true, points: { show: true, size: 5 } };
  });
  const values = unit ? (_, ticks) => ticks.map(duration) : undefined;
  const day = (_, at) => (at === null ? "–" : dated(at));
  return {
    width: place.clientWidth,
    height: HEIGHT,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, low, high) => [0, Math.max(high, 1)] } },
    axes: [axis({ space: 60, values: (_, ticks) => ticks.map(dated) }), axis({ size: 64, incrs: unit ? SECONDS : COUNTS, values })],
    series: [{ label: "Day", value: day }, ...series],
  };
}

function draw() {
  for (const chart of drawn.splice(0)) chart.destroy();
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  for (const place of document.querySelectorAll("[data-chart]")) {
    const [dates, ...columns] = charts[place.dataset.chart];
    const days = dates.map((date) => Date.parse(`${date}T00:00:00Z`) / 1000);
    drawn.push(new uPlot(options(place), [days, ...columns], place));
  }
}

// The page has read itself again: what was replaced has no chart in it yet.
function drawAgain() {
  if (document.querySelector("[data-chart]:empty")) draw();
}

function fit() {
  for (const chart of drawn) {
    const width = chart.root.parentElement.clientWidth;
    if (width !== chart.width) chart.setSize({ width, height: HEIGHT });
  }
}

draw();
addEventListener("resize", fit);
document.addEventListener("htmx:afterSwap", drawAgain);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
