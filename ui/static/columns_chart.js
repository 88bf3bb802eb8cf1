// Column charts as SVG, as wide as their place and in the page's colours. Every column says what it is. Knows no data.
import { h, svg } from "./dom.js";
import { number } from "./words.js";

const HEIGHT = 190,
  LEFT = 44,
  RIGHT = 6,
  TOP = 16,
  BOTTOM = 22,
  LABEL_WIDTH = 34,
  LETTER = 6.5;

/**
 * Draw columns: each {name, short, parts: [{value, series, title}]}, stacked from below.
 * `log` draws equal ratios as equal heights, `lines` are [value, words] to draw across, `title` names the whole.
 */
export function columnsChart({ title, columns, log = false, lines = [] }) {
  const place = h("div.columns-chart");
  const draw = (width) => place.replaceChildren(picture({ title, columns, log, lines }, width));
  // Text in a picture that is stretched would be too small on a phone, so it is drawn anew for each width.
  new ResizeObserver(([entry]) => entry.contentRect.width && draw(Math.round(entry.contentRect.width))).observe(place);
  return place;
}

function picture({ title, columns, log, lines }, width) {
  const totals = columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = Math.max(1, ...totals);
  const scale = log ? logarithmic(most) : linear(most);
  const foot = HEIGHT - (columns.some(({ short }) => short) ? BOTTOM : TOP);
  const y = (value) => foot - scale.share(value) * (foot - TOP);
  const step = (width - LEFT - RIGHT) / Math.max(1, columns.length);
  const x = (index) => LEFT + index * step;
  const longest = Math.max(...columns.map(({ short }) => short?.length ?? 0));
  const every = Math.max(1, Math.ceil(Math.max(LABEL_WIDTH, (longest + 1) * LETTER) / step));
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": title },
    scale.ticks.map((value) => [
      svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
      text({ x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, number(value)),
    ]),
    columns.map((column, index) => stack(column, x(index), Math.max(1, step - gap(step)), y)),
    columns.map(
      ({ short }, index) =>
        short &&
        index % every === 0 &&
        text({ x: x(index) + step / 2, y: HEIGHT - 6, "text-anchor": "middle" }, short),
    ),
    step > LABEL_WIDTH &&
      totals.map(
        (total, index) =>
          total > 0 &&
          text({ class: "total", x: x(index) + step / 2, y: y(total) - 4, "text-anchor": "middle" }, number(total)),
      ),
    lines.filter(([value]) => value < most).map(([value, words]) => threshold(y(value), width, words)),
  );
}

const gap = (step) => (step > 12 ? 4 : step > 4 ? 1 : 0);

function stack({ name, parts }, x, width, y) {
  let below = 0;
  return svg(
    "g",
    { class: "column" },
    titled(name),
    parts.map(({ value, series, title }) => {
      const from = y(below),
        to = y((below += value));
      const shape = { class: `fill-${series}`, x, width, y: to, height: Math.max(0, from - to) };
      return value > 0 && svg("rect", shape, title && titled(title));
    }),
  );
}

const threshold = (y, width, words) => [
  svg("line", { class: "threshold", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
  text({ class: "threshold", x: width - RIGHT, y: y - 4, "text-anchor": "end" }, words),
];

function titled(words) {
  const node = svg("title");
  node.textContent = words;
  return node;
}

function text(attributes, content) {
  const node = svg("text", attributes);
  node.textContent = content;
  return node;
}

function linear(most) {
  const size = 10 ** Math.floor(Math.log10(most / 2 || 1));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * size).find((one) => most / one <= 4) ?? size * 10);
  const top = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { share: (value) => value / top, ticks };
}

function logarithmic(most) {
  // One is not nothing: a label with a single example still has a column.
  const floor = 0.35,
    top = Math.log10(most) + floor || 1;
  const ticks = [1, 10, 100, 1000, 10_000, 100_000].filter((value) => value <= most);
  return { share: (value) => (value > 0 ? (Math.log10(value) + floor) / top : 0), ticks };
}
