// The rows of a bake-off: measures with their intervals drawn, what each took, and a button that makes one a candidate.
import { amountName } from "./bakeoff_plan.js";
import { fill, h } from "./dom.js";
import { keepingFocus } from "./roving.js";
import { SortHeads } from "./sorting.js";
import { f1, number, span, t } from "./words.js";

const MEASURES = ["micro_f1", "macro_f1", "weighted_f1", "few_shot_f1"];
const MEGABYTE = 1024 * 1024;
const SURE = 0.05;

export class ResultTable {
  /** `candidate` is called with the row that somebody chose. */
  constructor(candidate) {
    this.candidate = candidate;
    this.heads = new SortHeads(columns(), "run", () => this.draw());
    this.body = h("tbody");
    const table = h("table.compare", {}, this.heads.element, this.body);
    const region = h("div.scroll", { tabindex: 0, role: "region", "aria-label": t("bakeoff.results") }, table);
    this.element = h("section.bakeoff-table", { hidden: true }, this.heads.select, region, h("small.faint", {}, t("bakeoff.table_hint")));
  }

  show(rows) {
    this.rows = rows;
    this.element.hidden = !rows.length;
    this.draw();
  }

  draw() {
    const known = this.rows.flatMap((row) => MEASURES.flatMap((name) => ends(row.measures[name])));
    const scale = { low: Math.min(...known, 1), high: Math.max(...known, 0) };
    keepingFocus(this.body, () =>
      fill(this.body, this.heads.sorted(this.rows, (row) => row.recipe).map((row) => this.line(row, scale))),
    );
  }

  line(row, scale) {
    const state = row.state === "done" ? null : row.state;
    return h(
      "tr",
      { "data-run": row.run, class: row.state },
      h("td", {}, row.run),
      h("th", { scope: "row" }, row.recipe, h("small.faint.line", {}, t(`classifier.${row.classifier}`))),
      h("td", {}, amountName(row.amount)),
      h("td", {}, row.seed),
      state
        ? h("td.wide", { colspan: MEASURES.length + 5 }, h("span.badge", { class: state }, t(`bakeoff.${state}`)), ` ${row.why}`)
        : [MEASURES.map((name) => h("td", {}, drawn(row.measures[name], scale))), costs(row)],
      h("td", {}, this.act(row)),
    );
  }

  act(row) {
    if (!row.promotable) return null;
    if (row.status !== "retired") return h("span.badge", { class: row.status }, t(`version.${row.status}`));
    const name = t("bakeoff.candidate_one", { recipe: row.recipe, n: row.run });
    return h(
      "button.for-leads",
      { type: "button", "data-key": `candidate-${row.run}`, "aria-label": name, title: name, onclick: () => this.candidate(row) },
      t("bakeoff.candidate"),
    );
  }
}

function columns() {
  const cost = (name) => (row) => row.costs?.[name];
  const number = "number";
  return [
    { key: "run", title: "#", value: (row) => row.run },
    { key: "recipe", title: t("bakeoff.recipe"), value: (row) => row.recipe },
    { key: "amount", title: t("bakeoff.amount"), value: (row) => row.costs?.train_items ?? row.amount },
    { key: "seed", title: t("bakeoff.seed"), value: (row) => row.seed },
    ...MEASURES.map((name) => ({
      key: name,
      title: t(`bakeoff.${name}`),
      kind: number,
      first: "down",
      value: (row) => row.measures[name]?.value,
    })),
    { key: "against", title: t("bakeoff.against"), kind: number, first: "down", value: (row) => row.against?.difference.value },
    { key: "seconds", title: t("bakeoff.seconds"), kind: number, value: cost("seconds") },
    { key: "items_per_second", title: t("bakeoff.items_per_second"), kind: number, first: "down", value: cost("items_per_second") },
    { key: "peak_memory", title: t("bakeoff.peak_memory"), kind: number, value: cost("peak_memory") },
    { key: "trained_parameters", title: t("bakeoff.trained_parameters"), kind: number, value: cost("trained_parameters") },
  ];
}

const ends = (found) => (found?.low == null ? [] : [found.low, found.high]);

/** A value, its interval in words and as a line over the table's common scale. */
function drawn(found, { low, high }) {
  if (found?.value == null) return h("span.faint", {}, t("unknown"));
  const place = (value) => `${((value - low) / (high - low || 1)) * 100}%`;
  return [
    h("b", {}, f1(found.value)),
    h("small.faint.line", {}, `${f1(found.low)}–${f1(found.high)}`),
    h(
      "span.interval",
      { "aria-hidden": "true" },
      h("i", { style: { left: place(found.low), right: `calc(100% - ${place(found.high)})` } }),
      h("b", { style: { left: place(found.value) } }),
    ),
  ];
}

function costs({ costs: it, against, disk }) {
  const weights = (n) => (n == null ? "–" : `${number(Math.round(n / 1e4) / 100)} M`);
  const size = (bytes) => `${number(Math.round(bytes / MEGABYTE))} MB`;
  const title = [
    it.parameters != null && t("bakeoff.all_parameters", { n: weights(it.parameters) }),
    disk != null && t("bakeoff.disk", { size: size(disk) }),
    it.price != null && t("bakeoff.price", { price: it.price.toFixed(4) }),
  ].filter(Boolean);
  return [
    h("td", {}, against ? difference(against) : "–"),
    h("td", {}, span(it.seconds)),
    h("td", {}, number(Math.round(it.items_per_second))),
    h("td", {}, size(it.peak_memory), it.accelerator_memory > 0 && h("small.faint", {}, ` + ${size(it.accelerator_memory)} GPU`)),
    h("td", {}, weights(it.trained_parameters), title.map((one) => h("small.faint.line", {}, one))),
  ];
}

function difference({ difference: { value }, p }) {
  const mood = p >= SURE ? "" : value > 0 ? "better" : "worse";
  const sign = value < 0 ? "−" : "+";
  return [
    h("span", { class: mood }, `${sign}${Math.abs(value).toFixed(3)}`),
    h("small.faint.line", {}, p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`),
  ];
}
