// Two charts of a bake-off: quality against what it costs, with the front that nothing beats, and learning curves.
import { amountName } from "./bakeoff_plan.js";
import { fill, h, svg } from "./dom.js";
import { keepingFocus, rove } from "./roving.js";
import { SHAPES } from "./timeline.js";
import { f1, number, span, t } from "./words.js";

const MEASURES = ["micro_f1", "macro_f1", "weighted_f1", "few_shot_f1", "middle_f1", "head_f1"];
const COSTS = ["seconds", "seconds_per_item", "peak_memory", "trained_parameters", "price"];
const KINDS = ["bert", "llm_head", "prompt", "reference"];
const WIDTH = 720,
  HEIGHT = 300,
  LEFT = 44,
  RIGHT = 20,
  TOP = 14,
  BOTTOM = 34;
const kept = { measure: MEASURES[0], cost: COSTS[0] };

/** Draw both charts of a table; which measure and which cost they show is remembered while the page is open. */
export function charts(table) {
  if (!table.entries.length) return null;
  const area = h("div");
  const draw = () =>
    keepingFocus(area, () => fill(area, frontier(table), table.curves.length > 0 && learning(table)));
  const known = COSTS.filter((cost) => table.entries.some((entry) => entry.costs[cost] != null));
  if (!known.includes(kept.cost)) kept.cost = known[0];
  const choices = [
    select("measure", MEASURES, (name) => t(`bakeoff.${name}`), draw),
    select("cost", known, (name) => t(`bakeoff.cost_${name}`), draw),
  ];
  draw();
  return [h("div.section-head", {}, h("h2", {}, t("bakeoff.charts")), choices), area];
}

function select(name, values, tell, draw) {
  const choice = h(
    "select",
    { "aria-label": t(`bakeoff.choose_${name}`), "data-key": name, onchange: () => ((kept[name] = choice.value), draw()) },
    values.map((value) => h("option", { value }, tell(value))),
  );
  choice.value = kept[name];
  return choice;
}

function frontier({ entries, fronts }) {
  const { measure, cost } = kept;
  const known = entries
    .map((entry, place) => ({ entry, place, found: entry.measures[measure], spent: entry.costs[cost] }))
    .filter(({ found, spent }) => found?.value != null && spent != null);
  if (!known.length) return h("p.hint", {}, t("history.none"));
  const front = fronts[measure][cost];
  // A cost of nothing has no logarithm; it stands at the left edge.
  const least = Math.min(...known.map(({ spent }) => spent).filter((spent) => spent > 0), 1);
  const x = logarithmic(known.map(({ spent }) => spent || least));
  const y = axis(known.flatMap(({ found }) => [found.low, found.high]));
  const at = ({ found, spent }) => [x(spent || least), y(found.value)];
  const readout = h("p.readout", { "aria-live": "polite" }, t("bakeoff.read"));
  const points = [...known]
    .sort((a, b) => a.spent - b.spent)
    .map((one) => {
      const name = t(front.includes(one.place) ? "bakeoff.point_front" : "bakeoff.point", {
        name: full(one.entry),
        measure: t(`bakeoff.${measure}`),
        value: f1(one.found.value),
        low: f1(one.found.low),
        high: f1(one.found.high),
        cost: costName(cost, one.spent),
      });
      return mark(one.entry, kindOf(one), at(one), name, readout, front.includes(one.place));
    });
  const best = front.map((place) => known.find((one) => one.place === place)).filter(Boolean);
  const label = (one) => named(at(one), brief(one.entry));
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": t("bakeoff.frontier") },
    grid(y),
    ends(x, (value) => costName(cost, value)),
    svg("path", { class: "front", d: stairs(best.map(at)) }),
    known.map((one) => reach(one.found, kindOf(one), at(one)[0], y)),
    points,
    best.map(label),
  );
  rove(picture, () => [points]);
  return figure(t("bakeoff.frontier"), KINDS.filter((kind) => known.some((one) => one.entry.classifier === kind)), picture, readout);
}

function learning({ entries, curves }) {
  const { measure } = kept;
  const lines = curves
    .map((curve) => ({
      recipe: curve.recipe,
      points: curve.places.map((place) => entries[place]).filter((entry) => entry.measures[measure]?.value != null),
    }))
    .filter(({ points }) => points.length > 1);
  if (!lines.length) return null;
  const all = lines.flatMap(({ points }) => points);
  const x = logarithmic(all.map((entry) => entry.items));
  const y = axis(all.flatMap((entry) => [entry.measures[measure].low, entry.measures[measure].high]));
  const at = (entry) => [x(entry.items), y(entry.measures[measure].value)];
  const readout = h("p.readout", { "aria-live": "polite" }, t("bakeoff.read"));
  const rows = lines.map(({ points }, index) =>
    points.map((entry) => {
      const found = entry.measures[measure];
      const name = t("bakeoff.curve_point", {
        name: full(entry),
        items: number(Math.round(entry.items)),
        measure: t(`bakeoff.${measure}`),
        value: f1(found.value),
        low: f1(found.low),
        high: f1(found.high),
      });
      return mark(entry, index, at(entry), name, readout, true, "curve-");
    }),
  );
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": t("bakeoff.learning") },
    grid(y),
    ends(x, (value) => t("bakeoff.items", { n: number(Math.round(value)) })),
    lines.map(({ points }, index) =>
      svg("path", { class: `line series-${index % 6}${dashed(index)}`, d: straight(points.map(at)) }),
    ),
    lines.map(({ points }, index) => points.map((entry) => reach(entry.measures[measure], index, x(entry.items), y))),
    rows,
  );
  rove(picture, () => rows);
  const legend = lines.map(({ recipe }, index) => h("span", {}, sign(index), recipe));
  return h("figure.chart.timeline", {}, h("figcaption", {}, h("b", {}, t("bakeoff.learning")), legend), picture, readout);
}

function mark(entry, index, [x, y], name, readout, filled, kind = "") {
  const tell = () => (readout.textContent = name);
  const point = svg("path", {
    class: `point series-${index % 6}${filled ? " live" : ""}`,
    d: SHAPES[index % SHAPES.length](x, y, 5),
    role: "img",
    "aria-label": name,
    "data-key": `${kind}${entry.runs[0]}`,
  });
  point.addEventListener("focus", tell);
  point.addEventListener("pointerenter", tell);
  return point;
}

/** The interval of a measure. */
const reach = ({ low, high }, index, x, scale) =>
  svg("line", { class: `reach series-${index % 6}`, x1: x, x2: x, y1: scale(low), y2: scale(high) });

function figure(title, kinds, picture, readout) {
  const legend = kinds.map((kind) => h("span", {}, sign(KINDS.indexOf(kind), false), t(`classifier.${kind}`)));
  return h(
    "figure.chart.timeline",
    {},
    h("figcaption", {}, h("b", {}, title), legend, h("span.faint", {}, t("bakeoff.filled"))),
    picture,
    readout,
  );
}

function sign(index, line = true) {
  return svg(
    "svg",
    { class: "sign", viewBox: "0 0 24 12", "aria-hidden": "true" },
    line && svg("path", { class: `line series-${index % 6}${dashed(index)}`, d: "M0 6H24" }),
    svg("path", { class: `point live series-${index % 6}`, d: SHAPES[index % SHAPES.length](12, 6, 4) }),
  );
}

// Six colours serve twelve lines.
const dashed = (index) => (index % 12 > 5 ? " dashed" : "");

function grid(y) {
  return y.ticks.map((value) => [
    svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
    words(LEFT - 6, y(value) + 3.5, value.toFixed(2), "end"),
  ]);
}

function ends(x, tell) {
  const [low, high] = [x.low, x.high];
  const left = words(LEFT + 14, HEIGHT - 10, tell(low), "start");
  return low === high ? left : [left, words(WIDTH - RIGHT, HEIGHT - 10, tell(high), "end")];
}

function axis(values) {
  const low = Math.max(0, Math.floor((Math.min(...values) - 0.01) * 20) / 20),
    high = Math.min(1, Math.ceil((Math.max(...values) + 0.01) * 20) / 20);
  const y = (value) => TOP + (1 - (value - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  return Object.assign(y, { ticks: [low, (low + high) / 2, high] });
}

function logarithmic(values) {
  const low = Math.min(...values),
    high = Math.max(...values);
  const width = WIDTH - LEFT - RIGHT - 34;
  const x = (value) => LEFT + 14 + (high > low ? Math.log(value / low) / Math.log(high / low) : 0.5) * width;
  return Object.assign(x, { low, high });
}

const straight = (points) => points.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Along the front: what a little more buys is known only where the next entry stands. */
const stairs = (points) =>
  points.map(([x, y], place) => (place ? `H${x.toFixed(1)}V${y.toFixed(1)}` : `M${x.toFixed(1)} ${y.toFixed(1)}`)).join("");

const kindOf = ({ entry }) => KINDS.indexOf(entry.classifier);
const brief = (entry) => (entry.amount === "all" ? entry.recipe : `${entry.recipe} ${entry.amount}`);
const full = (entry) => `${entry.recipe}, ${amountName(entry.amount)}`;

function costName(cost, value) {
  if (cost === "seconds") return span(value);
  if (cost === "seconds_per_item") return t("bakeoff.milliseconds", { n: (value * 1000).toPrecision(2) });
  if (cost === "peak_memory") return `${number(Math.round(value / 1024 / 1024))} MB`;
  if (cost === "trained_parameters") return `${(value / 1e6).toPrecision(2)} M`;
  return value.toPrecision(2);
}

/** A name beside a mark, on the side where there is room. */
function named([x, y], name) {
  const right = x < WIDTH * 0.75;
  const node = words(right ? x + 9 : x - 9, y - 7, name, right ? "start" : "end");
  node.setAttribute("class", "name");
  return node;
}

function words(x, y, content, anchor) {
  const node = svg("text", { x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}
