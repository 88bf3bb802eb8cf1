// The statistics tab: what there is and what people did, as charts and as the tables behind them.
import { columnsChart } from "./columns_chart.js";
import { fill, h } from "./dom.js";
import { goTo } from "./go.js";
import { asking } from "./server.js";
import { acceptance, people, sources } from "./statistics_tables.js";
import { date, number, t, tn } from "./words.js";

const STALE_MS = 10_000;
const SERIES = 5;
const BANDS = ["head", "middle", "tail", "none"];

export function mount({ element, server }) {
  const page = new Page(element, asking(server));
  // The tab is drawn once and then only shown and hidden; whoever comes back wants what there is now.
  new IntersectionObserver(([entry]) => entry.isIntersecting && page.look()).observe(element);
  window.addEventListener("news-triage:data", () => page.forget());
}

class Page {
  constructor(element, ask) {
    Object.assign(this, { element, ask, at: -Infinity, shown: "" });
    fill(element, h("p.hint", { role: "status" }, t("statistics.counting")));
  }

  /** What was counted holds no more; it is counted anew at once, or when somebody comes back. */
  forget() {
    this.at = -Infinity;
    this.look();
  }

  async look() {
    if (performance.now() - this.at < STALE_MS || !this.element.offsetParent) return;
    this.at = performance.now();
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const { report } = await this.ask.report({ zone });
      const shown = JSON.stringify(report);
      if (shown !== this.shown) fill(this.element, draw(report));
      this.shown = shown;
    } catch (error) {
      Object.assign(this, { shown: "", at: -Infinity });
      const again = h("button", { type: "button", onclick: () => this.look() }, t("retry"));
      fill(this.element, h("p.notice.bad", { role: "alert" }, error.message, " ", again));
    }
  }
}

function draw(report) {
  if (!report.items && !report.labels.length) return nothing();
  return h(
    "div.cards",
    {},
    h("div.card.wide", {}, longTail(report)),
    h("div.card", {}, sizes(report)),
    h("div.card", {}, lengths(report)),
    h("div.card.wide", {}, days(report)),
    h("div.card", {}, people(report)),
    h("div.card", {}, acceptance(report)),
    h("div.card.wide", {}, sources(report)),
  );
}

const nothing = () =>
  h(
    "div.notice.first",
    { role: "status" },
    h("p", {}, t("statistics.nothing")),
    h("button.primary", { type: "button", onclick: () => goTo("data") }, t("statistics.to_data")),
  );

/** A chart under its title, with a legend where it needs one, and its numbers as a table. */
function chart({ title, hint, legend, empty, heads, rows, ...drawn }) {
  if (!rows.length) return [h("h2", {}, title), h("p.hint", {}, empty)];
  return h(
    "figure",
    {},
    h("figcaption", {}, h("h2", {}, title), h("small", {}, hint), legend && h("ul.legend", {}, legend)),
    columnsChart({ title: `${title}. ${hint}`, ...drawn }),
    h("details", {}, h("summary", {}, t("statistics.as_table")), table(title, heads, rows)),
  );
}

function table(title, heads, rows) {
  const cell = (value, index) =>
    index
      ? h("td", { class: typeof value === "number" ? "number" : "", "data-head": heads[index] }, said(value))
      : h("th", { scope: "row" }, said(value));
  return h(
    "div.scroll.numbers",
    { tabindex: 0, role: "region", "aria-label": title },
    h(
      "table.rows",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head) => h("th", { scope: "col" }, head)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) => h("tr", {}, row.map(cell))),
      ),
    ),
  );
}

const said = (value) => (typeof value === "number" ? number(value) : value);
const key = (series, ...words) => h("li", {}, h("i", { class: `swatch back-${series}`, "aria-hidden": "true" }), words);

function longTail({ labels, thresholds: [middle, head] }) {
  const of = (band) => labels.filter((label) => label.band === band).length;
  return chart({
    title: t("statistics.long_tail"),
    hint: t("statistics.long_tail_hint"),
    empty: t("statistics.no_labels"),
    legend: BANDS.map((band, index) =>
      key(index, tn(`statistics.band_${band}`, of(band), { middle: number(middle), head: number(head) })),
    ),
    log: true,
    lines: [
      [head, number(head)],
      [middle, number(middle)],
    ],
    columns: labels.map(({ label, train, band }) => ({
      name: `${label}: ${number(train)}`,
      parts: [{ value: train, series: BANDS.indexOf(band) }],
    })),
    heads: [t("labels.label"), t("labels.train"), t("labels.band")],
    rows: labels.map(({ label, train, band }) => [label, train, t(`statistics.is_${band}`)]),
  });
}

function bins({ title, hint, empty, head, bins, name }) {
  return chart({
    title,
    hint,
    empty,
    columns: bins.map((bin) => ({
      name: `${name(bin)}: ${number(bin.items)}`,
      short: name(bin),
      parts: [{ value: bin.items, series: 0 }],
    })),
    heads: [head, t("statistics.items")],
    rows: bins.map((bin) => [name(bin), bin.items]),
  });
}

const sizes = (report) =>
  bins({
    title: t("statistics.labels_per_item"),
    hint: t("statistics.labels_per_item_hint"),
    empty: t("statistics.no_labelled"),
    head: t("statistics.labels_of_item"),
    bins: report.labels_per_item,
    name: ({ low }) => number(low),
  });

const lengths = (report) =>
  bins({
    title: t("statistics.lengths"),
    hint: t("statistics.lengths_hint"),
    empty: t("statistics.no_items"),
    head: t("statistics.characters"),
    bins: report.lengths,
    name: ({ low, high }) => (high == null ? t("statistics.and_more", { n: number(low) }) : `${low}–${high}`),
  });

function days({ days: all, people }) {
  const totals = new Map();
  for (const [, counts] of all)
    for (const [person, n] of Object.entries(counts)) totals.set(person, (totals.get(person) ?? 0) + n);
  const ranked = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a));
  const named = ranked.slice(0, ranked.length > SERIES ? SERIES - 1 : SERIES);
  const others = ranked.slice(named.length);
  const rest = (counts) => others.reduce((sum, person) => sum + (counts[person] ?? 0), 0);
  const parts = (counts) => [
    ...named.map((person, series) => ({ value: counts[person] ?? 0, series, title: person })),
    { value: rest(counts), series: SERIES, title: t("statistics.others") },
  ];
  const sum = (counts) => Object.values(counts).reduce((total, n) => total + n, 0);
  return chart({
    title: t("statistics.days"),
    hint: t("statistics.days_hint", { days: all.length }),
    empty: people.some(({ last }) => last)
      ? t("statistics.no_recent", { days: all.length })
      : t("statistics.no_annotations"),
    legend: [
      ...named.map((person, series) => key(series, person, " ", number(totals.get(person)))),
      others.length > 0 && key(SERIES, t("statistics.others")),
    ],
    columns: all.map(([day, counts]) => ({
      name: `${date(day)}: ${number(sum(counts))}`,
      short: String(Number(day.slice(8))),
      parts: parts(counts),
    })),
    heads: [t("statistics.day"), ...named, ...(others.length ? [t("statistics.others")] : []), t("statistics.total")],
    rows: ranked.length
      ? all
          .map(([day, counts]) => [
            date(day),
            ...named.map((person) => counts[person] ?? 0),
            ...(others.length ? [rest(counts)] : []),
            sum(counts),
          ])
          .reverse()
      : [],
  });
}
