// Candidate, live and reference side by side on gold, by all kinds of averages; promotes and rolls back.
import { h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { date, f1, number, percent, span, t } from "./words.js";

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
  const before = mine.some((version) => version.returns);
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
  const one = { classifier: title, n };
  return h(
    "th",
    { scope: "col", class: status, "data-version": String(version.id) },
    `${title} v${n} `,
    h("span.badge", { class: status }, t(`version.${status}`)),
    h("small", {}, [date(version.created_at), span(version.seconds)].filter(Boolean).join(" · ")),
    reason && h("small", { title: reason }, reason),
    status === "candidate" && version.promotable &&
      act("promote", version, "primary", t("version.promote_one", one), () => promote(version), t("version.promote")),
    before &&
      act("rollback", version, "", t("version.rollback_one", one), () => rollback(version), t("version.rollback")),
  );
}

export function act(name, version, kind, title, onclick, words) {
  return h(
    "button.for-leads",
    { type: "button", class: kind, "data-key": `${name}-${version.id}`, "aria-label": title, title, onclick },
    words,
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
    counted(columns, "support", number),
    // Only prompts have shortlists, and answers that can go wrong.
    counted(columns, "shortlist_recall", percent),
    counted(columns, "format_errors", number),
  ];
}

/** Draw a line that is no F1; none where no column has such a number. */
function counted(columns, key, words) {
  if (columns.every((one) => one.metrics?.[key] == null)) return null;
  const told = columns.map((one) => h("td", {}, one.metrics?.[key] == null ? "–" : words(one.metrics[key])));
  return h("tr", {}, h("th", { scope: "row" }, t(`metrics.${key}`)), told);
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
