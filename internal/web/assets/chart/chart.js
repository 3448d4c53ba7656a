// Draws what the table beside a chart holds, so that one can look closer: the
// picture from the server stays where this does not run.
import uPlot from "./uplot.js";

const colour = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

const faint = (text, share) => text.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

function read(card) {
  const rows = [...card.querySelectorAll("tr[data-day]")];
  const numbers = (n) => rows.map((row) => Number(row.children[n].dataset.value ?? row.children[n].textContent));
  return { labels: rows.map((row) => row.dataset.day), full: rows.map((row) => row.dataset.full), data: [rows.map((_, i) => i), numbers(1), numbers(2)] };
}

function options(rows, width, says) {
  const text = colour("--muted");
  const line = colour("--line");
  const accent = colour("--accent");
  const second = colour("--second");
  const axis = { stroke: text, font: "11.5px Inter, sans-serif", grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width,
    height: 150,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false }, points: { size: 8 } },
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(2, Math.ceil(high * 1.1))] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 90, incrs: [1, 2, 7, 14, 28], values: (_, ticks) => ticks.map((i) => rows.labels[i] ?? "") },
      { ...axis, size: 38, space: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
    ],
    series: [
      {},
      { stroke: accent, width: 2, fill: faint(accent, 0.12), points: { show: false } },
      { stroke: second, fill: second, paths: () => null, points: { show: true, size: 8, fill: second, filter: (u, i) => (i === 2 ? rows.data[2].flatMap((n, day) => (n > 0 ? [day] : [])) : null) } },
    ],
    hooks: { setCursor: [(u) => (says.textContent = u.cursor.idx == null ? "" : rows.full[u.cursor.idx])] },
  };
}

function draw(card) {
  const rows = read(card);
  if (rows.labels.length < 2) return;
  const figure = card.querySelector("figure.chart");
  const place = document.createElement("div");
  place.className = "chart-live";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", figure.querySelector("svg").getAttribute("aria-label"));
  const says = document.createElement("p");
  says.className = "chart-says";
  figure.replaceWith(place, says);
  let plot;
  const again = () => {
    plot?.destroy();
    plot = new uPlot(options(rows, place.clientWidth, says), rows.data, place);
  };
  again();
  let width = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth !== width) plot.setSize({ width: (width = place.clientWidth), height: 150 });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

for (const card of document.querySelectorAll("[data-chart]")) draw(card);
