// Imports as they stand: the one that runs, what became of the last one, and those before.
import { h } from "./dom.js";
import { newLabels } from "./preview.js";
import { moment, number, percent, span, t, tn } from "./words.js";

const DISMISSED = "news-triage.import.dismissed";
const FRESH_HOURS = 12;
const NUMBERS = ["rows", "added", "known", "rejected"];
const BADGES = { done: "succeeded", failed: "failed", cut_off: "failed" };

/** Draw an import that runs. */
export function running({ filename, person, counts, seconds_left }) {
  const share = counts.total ? counts.rows / counts.total : null;
  const values = { rows: number(counts.rows), total: number(counts.total), added: number(counts.added) };
  return h(
    "div.progress-card",
    {},
    h("p", {}, t("import.running", { name: filename, person })),
    h(
      "div.progress",
      {},
      h("progress", { max: 1, value: share, "aria-label": t("import.progress") }),
      h("b.number", {}, share == null ? "" : percent(share)),
      h("span.faint", {}, share == null ? t("import.begins") : t("import.so_far", values)),
      seconds_left != null && h("span.faint", {}, t("import.left", { span: span(seconds_left) })),
    ),
    h("small", {}, t("import.running_hint")),
  );
}

/** Draw what became of the last import, until somebody has put it away; `redraw` is called then. */
export function outcome(last, redraw) {
  if (!last || last.status === "running" || localStorage.getItem(DISMISSED) === String(last.id)) return null;
  const old = last.status === "done" && Date.now() - new Date(last.ended_at) > FRESH_HOURS * 3600_000;
  if (old) return null;
  const away = () => {
    localStorage.setItem(DISMISSED, last.id);
    redraw();
  };
  const close = h("button.link", { type: "button", onclick: away }, t("import.dismiss"));
  if (last.status === "done") return h("div.report", {}, report(last.report, close));
  const { rows, total, added } = last.counts;
  const values = { name: last.filename, rows: number(rows), total: number(total), added: number(added), why: last.why };
  return h("div.notice.warn", { role: "alert" }, h("p", {}, t(`import.${last.status}`, values)), close);
}

const report = (done, close) => [
  h(
    "p.notice.good",
    { role: "status" },
    h("b", {}, done.filename),
    " · ",
    t("report.added", { added: number(done.added), rows: number(done.rows), span: span(Math.max(1, done.seconds)) }),
    close,
  ),
  h(
    "ul.counts",
    {},
    ["labelled", "known", "conflicts", "rejected"].map(
      (name) => done[name] > 0 && h("li", {}, tn(`report.${name}`, done[name])),
    ),
    Object.entries(done.splits).map(([split, n]) => h("li", {}, `${t(`split.${split}`)}: ${number(n)}`)),
  ),
  newLabels(done.new_labels, "report.new_labels"),
  done.rejects && h("p", {}, rejects(done.rejects)),
];

const rejects = (name) =>
  h("a.button", { href: `download/rejects/${encodeURIComponent(name)}`, download: "" }, t("report.rejects"));

const state = ({ status, why }) =>
  h("span.badge", { class: BADGES[status], title: why || null }, t(`import.is_${status}`));

/** Draw the imports there were, newest first. */
export function earlier(imports, open) {
  const ended = imports.filter((one) => one.status !== "running");
  if (!ended.length) return null;
  const heads = ["file", "person", "when", "status", ...NUMBERS];
  const cell = (name, content, kind = "") => h("td", { class: kind, "data-head": t(`imports.${name}`) }, content);
  const row = (one) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, one.filename),
      cell("person", one.person),
      cell("when", moment(one.started_at)),
      cell("status", state(one)),
      NUMBERS.map((name) => cell(name, number(one.counts[name]), "number")),
      h("td", {}, one.report?.rejects && rejects(one.report.rejects)),
    );
  return h(
    "details",
    { open },
    h("summary", {}, tn("imports.title", ended.length)),
    h(
      "div.scroll",
      { tabindex: "0" },
      h(
        "table.rows",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map((name) =>
              h("th", { scope: "col", class: NUMBERS.includes(name) ? "number" : "" }, t(`imports.${name}`)),
            ),
            h("td"),
          ),
        ),
        h("tbody", {}, ended.map(row)),
      ),
    ),
  );
}
