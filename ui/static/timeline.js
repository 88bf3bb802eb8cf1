// A chart of the versions: one step a retraining, one line a classifier, a shape of its own for each. Knows no table.
import { h, svg } from "./dom.js";
import { rove } from "./roving.js";
import { date, f1, t } from "./words.js";

const WIDTH = 760,
  HEIGHT = 220,
  LEFT = 40,
  RIGHT = 16,
  TOP = 10,
  BOTTOM = 24;
export const SHAPES = [
  (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`,
  (x, y, r) => `M${x} ${y - 1.2 * r}L${x + 1.2 * r} ${y + r}H${x - 1.2 * r}Z`,
  (x, y, r) => `M${x} ${y - 1.3 * r}L${x + 1.3 * r} ${y}L${x} ${y + 1.3 * r}L${x - 1.3 * r} ${y}Z`,
];

/** Draw the `measure` of the versions of each of the `names`; hover, focus and arrow keys read a point out below. */
export function timeline(names, versions, measure) {
  const known = versions.filter((one) => one.metrics[measure] != null).sort(older);
  if (!known.length) return h("p.hint", {}, t("history.none"));
  const runs = [...new Set(known.map(runOf))];
  const y = axis(known.map((one) => one.metrics[measure]));
  const x = (one) => place(runs.indexOf(runOf(one)), runs.length);
  const lines = names.map((name) => known.filter((one) => one.classifier === name));
  const readout = h("p.readout", { "aria-live": "polite" }, t("history.read"));
  const points = lines.map((line, index) =>
    line.map((one) => point(one, index, x(one), y(one.metrics[measure]), measure, readout)),
  );
  const rows = points.filter((line) => line.length);
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": t(`history.${measure}`) },
    y.ticks.map((value) => [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
      words(LEFT - 6, y(value) + 3.5, value.toFixed(2), "end"),
    ]),
    goldChanges(known, runs),
    runs.map((run, index) => (index === 0 || index === runs.length - 1) && runDate(known, runs, run)),
    lines.map((line, index) =>
      svg("path", { class: `line series-${index}`, d: path(line.map((one) => [x(one), y(one.metrics[measure])])) }),
    ),
    points,
  );
  rove(picture, () => rows);
  const legend = h(
    "figcaption",
    {},
    names.map((name, index) => lines[index].length > 0 && h("span", {}, sign(index), t(`classifier.${name}`))),
    h("span.faint", {}, t("history.filled")),
  );
  return h("figure.chart.timeline", {}, legend, picture, readout);
}

const older = (a, b) => new Date(a.created_at) - new Date(b.created_at) || a.id - b.id;

/** Versions of one retraining share a step; what was made by no job is a step of its own. */
const runOf = (one) => one.job_id ?? `v${one.id}`;
const place = (index, count) => LEFT + 14 + (count < 2 ? 0.5 : index / (count - 1)) * (WIDTH - LEFT - RIGHT - 28);

function axis(values) {
  const low = Math.max(0, Math.floor((Math.min(...values) - 0.02) * 20) / 20),
    high = Math.min(1, Math.ceil((Math.max(...values) + 0.02) * 20) / 20);
  const y = (value) => TOP + (1 - (value - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  return Object.assign(y, { ticks: [low, (low + high) / 2, high] });
}

function point(one, index, x, y, measure, readout) {
  const name = t("history.point", {
    version: t("version.name", { classifier: t(`classifier.${one.classifier}`), n: one.number }),
    measure: t(`history.${measure}`),
    value: f1(one.metrics[measure]),
    status: t(`version.${one.status}`),
    date: date(one.created_at),
  });
  const tell = () => (readout.textContent = name);
  const mark = svg("path", {
    class: `point series-${index}${one.status === "live" ? " live" : ""}`,
    d: SHAPES[index](x, y, 5),
    role: "img",
    "aria-label": name,
    "data-key": one.id,
  });
  mark.addEventListener("focus", tell);
  mark.addEventListener("pointerenter", tell);
  return mark;
}

/** A line where the gold items changed: what stands left and right of it was measured on other items. */
function goldChanges(known, runs) {
  const gold = runs.map((run) => known.find((one) => runOf(one) === run && one.gold)?.gold);
  return runs.map((_, index) => {
    if (!index || !gold[index] || !gold[index - 1] || gold[index] === gold[index - 1]) return null;
    const x = (place(index - 1, runs.length) + place(index, runs.length)) / 2;
    const text = words(x + 4, TOP + 9, t("history.gold_changed"), x > WIDTH * 0.75 ? "end" : "start");
    return [svg("line", { class: "gold", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM }), text];
  });
}

function runDate(known, runs, run) {
  const x = place(runs.indexOf(run), runs.length);
  const anchor = runs.length < 2 ? "middle" : run === runs[0] ? "start" : "end";
  return words(x, HEIGHT - 6, date(known.find((one) => runOf(one) === run).created_at), anchor);
}

const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function sign(index) {
  return svg(
    "svg",
    { class: "sign", viewBox: "0 0 24 12", "aria-hidden": "true" },
    svg("path", { class: `line series-${index}`, d: "M0 6H24" }),
    svg("path", { class: `point live series-${index}`, d: SHAPES[index](12, 6, 4) }),
  );
}

function words(x, y, content, anchor) {
  const node = svg("text", { x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}
