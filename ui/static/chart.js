// Curves over the steps of a training, drawn as SVG in the page's own colours. Knows no job.
import { h, svg } from "./dom.js";
import { t } from "./words.js";

const WIDTH = 520,
  HEIGHT = 150,
  LEFT = 36,
  BOTTOM = 16,
  TOP = 6;

/** Draw named curves, [[step, value], …] each, on shared axes. */
export function chart(title, series) {
  const names = Object.keys(series).filter((name) => series[name].length);
  if (!names.length) return null;
  const points = names.flatMap((name) => series[name]);
  const x = scale(
    points.map(([step]) => step),
    LEFT,
    WIDTH - 4,
    false,
  );
  const y = scale(
    points.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
    true,
  );
  const ticks = [y.low, (y.low + y.high) / 2, y.high];
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}: ${names.join(", ")}` },
    ticks.map((value) => svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) })),
    ticks.map((value) => text(LEFT - 4, y(value) + 3, brief(value), "end")),
    text(WIDTH - 4, HEIGHT - 3, String(x.high), "end"),
    names.map((name, index) => curve(series[name], x, y, index)),
  );
  const legend = h(
    "figcaption",
    {},
    h("b", {}, title),
    names.map((name, index) => h("span", { class: `series-${index % 6}` }, spoken(name))),
  );
  return h("figure.chart", {}, legend, picture);
}

// A series is named after its classifier, such as bert/loss.
const spoken = (name) => t(`classifier.${name.split("/")[0]}`);

function curve(points, x, y, index) {
  const path = points
    .map(([step, value], i) => `${i ? "L" : "M"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("");
  const [step, value] = points[points.length - 1];
  return svg(
    "g",
    { class: `series-${index % 6}` },
    svg("path", { d: path }),
    svg("circle", { cx: x(step), cy: y(value), r: 2.5 }),
  );
}

function text(x, y, content, anchor) {
  const node = svg("text", { x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}

function scale(values, from, to, padded) {
  const least = Math.min(...values),
    most = Math.max(...values);
  const room = padded ? (most - least || Math.abs(most) || 1) * 0.08 : 0;
  const low = padded && least >= 0 ? Math.max(0, least - room) : least - room,
    high = most + room || 1;
  const place = (value) => from + ((value - low) / (high - low || 1)) * (to - from);
  return Object.assign(place, { low, high });
}

const brief = (value) =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(1) : value.toFixed(2);
