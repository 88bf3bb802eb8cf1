// The statistics that are tables first, with a bar in each row: people, acceptance, sources.
import { h } from "./dom.js";
import { moment, number, percent, t, tn } from "./words.js";

const KINDS = ["submitted", "skipped", "flagged"];
const VERDICTS = ["all", "some", "none"];

/** Draw what each person did. */
export function people({ people: rows }) {
  const most = Math.max(1, ...rows.map(({ counts }) => counts.submitted));
  return table({
    title: t("statistics.people"),
    hint: t("statistics.people_hint"),
    empty: t("statistics.no_annotations"),
    heads: ["person", ...KINDS, "last"],
    rows: rows.map(({ person, role, counts, last }) => [
      h("th", { scope: "row" }, person, role && h("span.badge", {}, t(`statistics.role_${role}`))),
      ...KINDS.map((kind) => count(`statistics.${kind}`, counts[kind], kind === "submitted" && counts[kind] / most)),
      h("td", { "data-head": t("statistics.last") }, last ? moment(last) : h("span.faint", {}, t("statistics.never"))),
    ]),
  });
}

/** Draw how often people decided what a classifier had proposed. */
export function acceptance({ acceptance: by }) {
  const rows = Object.entries(by);
  return table({
    title: t("statistics.acceptance"),
    hint: t("statistics.acceptance_hint"),
    empty: t("statistics.no_acceptance"),
    heads: ["classifier", ...VERDICTS, "decisions"],
    rows: rows.map(([classifier, counts]) => {
      const sum = VERDICTS.reduce((total, verdict) => total + counts[verdict], 0);
      return [
        h("th", { scope: "row" }, t(`classifier.${classifier}`)),
        ...VERDICTS.map((verdict) => {
          const share = counts[verdict] / sum;
          return h("td.number", { "data-head": t(`statistics.${verdict}`) }, percent(share), bar(share));
        }),
        count("statistics.decisions", sum),
      ];
    }),
  });
}

/** Draw where the items come from. */
export function sources({ sources: rows, more_sources: more, items }) {
  const most = Math.max(1, ...rows.map(([, n]) => n));
  return [
    table({
      title: t("statistics.sources"),
      hint: t("statistics.sources_hint"),
      empty: t("statistics.no_items"),
      heads: ["source", "items", "share"],
      rows: rows.map(([source, n]) => [
        h("th", { scope: "row" }, source || h("span.faint", {}, t("statistics.no_source"))),
        count("statistics.items", n, n / most),
        h("td.number", { "data-head": t("statistics.share") }, percent(n / items)),
      ]),
    }),
    more > 0 && h("p.hint", {}, tn("statistics.more_sources", more)),
  ];
}

function table({ title, hint, empty, heads, rows }) {
  if (!rows.length) return [h("h2", {}, title), h("p.hint", {}, empty)];
  const head = (name, index) =>
    h("th", { scope: "col", class: index && name !== "last" ? "number" : "" }, t(`statistics.${name}`));
  return [
    h("h2", {}, title),
    h("small", {}, hint),
    h(
      "div.scroll",
      {},
      h(
        "table.rows",
        { "aria-label": title },
        h("thead", {}, h("tr", {}, heads.map(head))),
        h(
          "tbody",
          {},
          rows.map((cells) => h("tr", {}, cells)),
        ),
      ),
    ),
  ];
}

const count = (key, n, share) => h("td.number", { "data-head": t(key) }, number(n), share !== undefined && bar(share));

const bar = (share) =>
  share !== false &&
  h("span.share", { "aria-hidden": "true" }, h("i", { style: { width: `${(share * 100).toFixed(1)}%` } }));
