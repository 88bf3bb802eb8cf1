// Each label's F1 on gold by the live classifiers and the reference, the rarest label first.
import { h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { f1, number, t } from "./words.js";

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
