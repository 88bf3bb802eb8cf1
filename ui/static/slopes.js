// A slope chart: one line a label from its F1 before to its F1 after, the names at the end of the lines.
import { h, svg } from "./dom.js";
import { rove } from "./roving.js";
import { f1, number, t } from "./words.js";

const WIDTH = 400,
  LEFT = 44,
  RIGHT = 200,
  TOP = 26,
  LINE = 17;

/** Draw `rows` of {label, before, after, change, support}; `heads` name the two sides, `up` says which way they go. */
export function slopes({ title, rows, heads, up }) {
  if (!rows.length)
    return h("figure.chart.slope", {}, h("figcaption", {}, h("b", {}, title)), h("p.hint", {}, t("changes.nothing")));
  const height = Math.max(170, TOP + 14 + rows.length * LINE);
  const y = (value) => TOP + 8 + (1 - value) * (height - TOP - 18);
  const places = apart(
    rows.map((row) => y(row.after)),
    height,
  );
  const readout = h("p.readout", { "aria-live": "polite" }, t("changes.read"));
  const lines = rows.map((row, index) => slope(row, y, places[index], up, readout));
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-label": title },
    [LEFT, RIGHT].map((x) => svg("line", { class: "grid", x1: x, x2: x, y1: y(1), y2: y(0) })),
    [0, 0.5, 1].map((value) => words("tick", LEFT - 8, y(value) + 3.5, value.toFixed(1), "end")),
    words("side", LEFT, 12, heads[0], "start"),
    words("side", RIGHT, 12, heads[1], "middle"),
    lines,
  );
  rove(picture, () => lines.map((line) => [line]));
  return h("figure.chart.slope", {}, h("figcaption", {}, h("b", {}, title)), picture, readout);
}

function slope(row, y, nameAt, up, readout) {
  const { label, before, after, change, support } = row;
  const name = t(up ? "changes.rise" : "changes.fall", {
    label,
    before: f1(before),
    after: f1(after),
    change: Math.abs(change).toFixed(3),
    support: number(support),
  });
  const line = svg(
    "g",
    { class: up ? "slope rise" : "slope fall", role: "img", "aria-label": name, "data-key": label },
    // A broad unseen line below the thin one, for the pointer to meet.
    svg("line", { class: "reach", x1: LEFT, y1: y(before), x2: RIGHT, y2: y(after) }),
    svg("line", { class: "thin", x1: LEFT, y1: y(before), x2: RIGHT, y2: y(after) }),
    svg("circle", { cx: LEFT, cy: y(before), r: 3 }),
    svg("path", { class: "tip", d: tip(RIGHT, y(after), up ? -1 : 1) }),
    svg("line", { class: "leader", x1: RIGHT + 6, y1: y(after), x2: RIGHT + 18, y2: nameAt }),
    words(
      "name",
      RIGHT + 21,
      nameAt + 3.5,
      `${brief(label)} ${up ? "+" : "−"}${Math.abs(change).toFixed(2)} (${support})`,
      "start",
    ),
  );
  const tell = () => (readout.textContent = name);
  line.addEventListener("focus", tell);
  line.addEventListener("pointerenter", tell);
  return line;
}

/** A triangle that points the way the line goes. */
const tip = (x, y, way) => `M${x - 4.5} ${y - way * 3}H${x + 4.5}L${x} ${y + way * 5}Z`;

/** Return places for names near where they belong, in the same order and at least a line apart. */
export function apart(wanted, height) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
  const places = [];
  let least = TOP + 4;
  for (const index of order) {
    places[index] = Math.max(wanted[index], least);
    least = places[index] + LINE;
  }
  // What was pushed past the lower edge pushes back.
  let most = height - 6;
  for (const index of [...order].reverse()) {
    places[index] = Math.min(places[index], most);
    most = places[index] - LINE;
  }
  return places;
}

/** Cut a name to what fits beside the chart; a Chinese character is twice as wide as a Latin one. */
function brief(label) {
  let room = 22;
  const fits = [...label].filter((letter) => (room -= letter > "\u2e7f" ? 2 : 1) >= 0);
  return fits.length < [...label].length ? `${fits.slice(0, -1).join("")}…` : label;
}

function words(kind, x, y, content, anchor) {
  const node = svg("text", { class: kind, x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}
