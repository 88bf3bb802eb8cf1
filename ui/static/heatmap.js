// A table of counts, each cell shaded by its count and a button that chooses it. Knows no filter.
import { h } from "./dom.js";
import { rove } from "./roving.js";
import { number } from "./words.js";

/**
 * Draw it. `heads` are the rows of the head, each a list of {text, title, span}; `rows` are {head, cells}, and a cell is
 * {count, key, name, chosen, choose, tone}, or null for an empty place. `name` says in words what is counted.
 */
export function heatmap({ name, heads, rows, tall = false }) {
  const counts = rows.flatMap(({ cells }) => cells.map((cell) => (cell?.scale === false ? 0 : (cell?.count ?? 0))));
  const most = Math.max(1, ...counts);
  const table = h(
    "table.map",
    { role: "grid", "aria-label": name },
    h("thead", {}, heads.map(headRow)),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.head,
          row.cells.map((cell) => h("td", {}, cell && heatCell(cell, most))),
        ),
      ),
    ),
  );
  rove(table, () => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-key]")]));
  return h("div.map-box", { class: tall ? "tall" : "" }, table);
}

function headRow(cells) {
  return h(
    "tr",
    {},
    cells.map(({ text, title, span }) =>
      text ? h("th", { scope: span ? "colgroup" : "col", colspan: span, title }, text) : h("td"),
    ),
  );
}

/** A cell without items stays in its place, but cannot be pressed; the arrow keys still pass over it. */
function heatCell({ count, key, name, chosen, choose, tone = "" }, most) {
  if (!count && !chosen) return h("span.heat.nothing", { class: tone, "data-key": key, title: name }, "0");
  return h(
    "button.heat",
    {
      type: "button",
      class: tone,
      "data-key": key,
      "aria-pressed": String(Boolean(chosen)),
      "aria-label": name,
      title: name,
      style: { "--heat": `${Math.round(100 * Math.sqrt(Math.min(count / most, 1)))}%` },
      onclick: choose,
    },
    number(count),
  );
}
