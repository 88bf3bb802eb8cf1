// Candidate, live and reference side by side on gold: all kinds of averages, then each label with its support.
import { h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { date, f1, number, span, t } from "./words.js";

const AVERAGES = ["micro", "macro", "weighted"];

/** Draw what is live, what waits, and the reference; `promote` and `rollback` act on them. */
export function comparison({ versions, metrics, promote, rollback }) {
  const columns = CLASSIFIERS.flatMap((name) => columnsOf(name, versions));
  if (metrics.reference)
    columns.push({ title: t("classifier.reference"), note: t("reference.hint"), metrics: metrics.reference });
  if (!columns.length) return h("p.hint", {}, t("versions.none"));
  return h(
    "div.scroll",
    { tabindex: "0" },
    h(
      "table.compare",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", {}, t("metrics.title")),
          columns.map((one) => head(one, { promote, rollback })),
        ),
      ),
      h("tbody", {}, averages(columns)),
    ),
  );
}

function columnsOf(name, versions) {
  const mine = versions.filter((version) => version.classifier === name);
  const live = mine.find((version) => version.status === "live");
  const newest = mine.find((version) => version.status === "candidate" && (!live || version.number > live.number));
  const before = mine.some((version) => version.status === "retired" && version.promoted_at);
  const column = (version) =>
    version && {
      title: t(`classifier.${name}`),
      version,
      metrics: version.metrics,
      against: version === newest ? live?.metrics : null,
      before: version === live && before,
    };
  return [column(newest), column(live)].filter(Boolean);
}

function head({ title, note, version, before }, { promote, rollback }) {
  if (!version) return h("th", { scope: "col" }, title, h("small", {}, note));
  const { status, reason, number: n } = version;
  return h(
    "th",
    { scope: "col", class: status, "data-version": String(version.id) },
    `${title} v${n} `,
    h("span.badge", { class: status }, t(`version.${status}`)),
    h("small", {}, [date(version.created_at), span(version.seconds)].filter(Boolean).join(" · ")),
    reason && h("small", { title: reason }, reason),
    status === "candidate" &&
      h("button.primary", { type: "button", onclick: () => promote(version.id) }, t("version.promote")),
    before && h("button", { type: "button", onclick: () => rollback(version.classifier) }, t("version.rollback")),
  );
}

function averages(columns) {
  const line = (name, key) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      columns.map((one) => h("td", {}, value(one, key))),
    );
  return [
    AVERAGES.map((average) => [
      line(`${t(`metrics.${average}`)} F1`, `${average}_f1`),
      ["precision", "recall"].map((part) =>
        quiet(line(`${t(`metrics.${average}`)} ${t(`metrics.${part}`)}`, `${average}_${part}`)),
      ),
    ]),
    line(t("metrics.few_shot"), "few_shot_f1"),
    h(
      "tr",
      {},
      h("th", { scope: "row" }, t("metrics.support")),
      columns.map((one) => h("td", {}, one.metrics?.support == null ? "–" : number(one.metrics.support))),
    ),
  ];
}

function quiet(row) {
  row.classList.add("quiet");
  return row;
}

function value({ metrics, against }, key) {
  const now = metrics?.[key];
  if (now === undefined) return "–";
  const change = against?.[key] == null || now == null ? null : now - against[key];
  return [
    f1(now),
    change != null &&
      h(
        "small",
        { class: change < -0.0005 ? "worse" : change > 0.0005 ? "better" : "" },
        ` ${change >= 0 ? "+" : "−"}${Math.abs(change).toFixed(3)}`,
      ),
  ];
}

/** Draw every label's F1 by the live classifiers and the reference, the rarest first; a label without gold items is unknown. */
export function perLabel({ metrics, labels }) {
  const sides = [...CLASSIFIERS, "reference"].filter((name) => metrics[name]?.per_label);
  if (!sides.length) return null;
  const names = [...new Set(sides.flatMap((name) => Object.keys(metrics[name].per_label)))];
  names.sort((a, b) => (labels[a] ?? 0) - (labels[b] ?? 0) || a.localeCompare(b));
  const support = (name) => Math.max(...sides.map((side) => metrics[side].per_label[name]?.support ?? 0));
  const cell = (side, name) => {
    const one = metrics[side].per_label[name];
    const title = one && t("metrics.cell", { precision: f1(one.precision), recall: f1(one.recall) });
    return h("td", { title }, !one || !one.support || one.f1 == null ? h("span.faint", {}, t("unknown")) : bar(one.f1));
  };
  return h(
    "details.per-label",
    {},
    h("summary", {}, t("metrics.per_label", { n: names.length })),
    h(
      "div.scroll",
      { tabindex: "0" },
      h(
        "table.compare",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            [
              t("matrix.label"),
              t("metrics.train"),
              t("metrics.support"),
              ...sides.map((side) => t(`classifier.${side}`)),
            ].map((name) => h("th", { scope: "col" }, name)),
          ),
        ),
        h(
          "tbody",
          {},
          names.map((name) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, name),
              h("td", {}, number(labels[name] ?? 0)),
              h("td", {}, number(support(name))),
              sides.map((side) => cell(side, name)),
            ),
          ),
        ),
      ),
    ),
  );
}

const bar = (value) => [
  h("span.meter", { "aria-hidden": "true" }, h("i", { style: { width: `${value * 100}%` } })),
  f1(value),
];

/** Draw all versions there were, newest first. */
export function history({ versions }) {
  const shown = versions.filter((version) => CLASSIFIERS.includes(version.classifier));
  if (!shown.length) return null;
  const heads = [
    "version.title",
    "version.status",
    "metrics.micro",
    "metrics.macro",
    "metrics.few_shot",
    "version.created",
    "version.reason",
  ];
  return h(
    "details.per-label",
    {},
    h("summary", {}, t("versions.all", { n: shown.length })),
    h(
      "div.scroll",
      { tabindex: "0" },
      h(
        "table.compare",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map((name) => h("th", { scope: "col" }, t(name))),
          ),
        ),
        h(
          "tbody",
          {},
          shown.map((one) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, `${t(`classifier.${one.classifier}`)} v${one.number}`),
              h("td", {}, t(`version.${one.status}`)),
              ["micro_f1", "macro_f1", "few_shot_f1"].map((key) => h("td", {}, f1(one.metrics[key]))),
              h("td", {}, date(one.created_at)),
              h("td.wide", {}, one.reason),
            ),
          ),
        ),
      ),
    ),
  );
}
