// The table of the disagreements page: an item, what each classifier says of it, and what people say.
import { chip, h } from "./dom.js";
import { openItem } from "./go.js";
import { CLASSIFIERS } from "./matrix.js";
import { date, score, t, whose } from "./words.js";

/** Draw the rows of one page; a click on a text opens the item in triage. */
export function rowTable(rows) {
  const heads = [
    t("disagreements.text"),
    ...CLASSIFIERS.map((name) => t(`classifier.${name}`)),
    t("item.truth"),
    t("filter.kind"),
  ];
  return h(
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
    h("tbody", {}, rows.map(line)),
  );
}

function line(row) {
  const open = (event) => {
    event.preventDefault();
    openItem(row.item_id);
  };
  const origin = row.truth && [t(`origin.${row.origin}`), whose(row.annotator)].filter(Boolean).join(" · ");
  return h(
    "tr",
    {},
    h(
      "td.wide",
      {},
      h("a", { href: `?item=${row.item_id}`, onclick: open }, row.text),
      h("small", {}, [row.source, date(row.published_at)].filter(Boolean).join(" · ")),
    ),
    CLASSIFIERS.map((name) => h("td", { "data-head": t(`classifier.${name}`) }, said(row.said[name]))),
    h(
      "td",
      { "data-head": t("item.truth") },
      row.truth ? h("div.labels", {}, labels(row.truth), h("small.origin", {}, origin)) : h("span.faint", {}, "–"),
    ),
    h(
      "td",
      {},
      row.kind && h("span.kind", { class: row.kind }, t(`kind.${row.kind}`)),
      row.band && h("small", {}, t(`band.${row.band}`)),
    ),
  );
}

const labels = (names, scores) =>
  names.length
    ? names.map((name) => h("span.scored", {}, chip(name), scores && h("small", {}, score(scores[name]))))
    : chip(t("label.none"), "none");
const said = (view) => (view ? h("div.labels", {}, labels(view.labels, view.scores)) : h("span.faint", {}, "–"));
