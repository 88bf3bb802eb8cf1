// What a file holds before it is imported, and what became of it after.
import { chip, fill, h } from "./dom.js";
import { number, span, t, tn } from "./words.js";

export function mount({ element, props, watch }) {
  const show = () => {
    const value = props.value ?? {};
    fill(element, (VIEWS[value.state] ?? (() => []))(value));
    if (["report", "sample_removed"].includes(value.state)) window.dispatchEvent(new Event("news-triage:data"));
  };
  watch("value", show);
  show();
}

const VIEWS = {
  preview: (file) => [
    h(
      "p",
      {},
      h("b", {}, file.filename),
      " · ",
      t("preview.form", {
        format: file.format.toUpperCase(),
        encoding: file.encoding,
        total: number(file.total),
        labelled: number(file.labelled),
      }),
    ),
    newLabels(file.new_labels, "preview.new_labels"),
    table(file.rows),
    rejected(file.rejected),
  ],
  report: (done) => [
    h(
      "p.notice.good",
      { role: "status" },
      h("b", {}, done.filename),
      " · ",
      t("report.added", { added: number(done.added), rows: number(done.rows), span: span(done.seconds) }),
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
    done.rejects &&
      h(
        "p",
        {},
        h(
          "a.button",
          { href: `download/rejects/${encodeURIComponent(done.rejects)}`, download: "" },
          t("report.rejects"),
        ),
      ),
    done.sample_present && h("p.hint", {}, t("report.sample")),
  ],
  sample_removed: () => h("p.notice.good", { role: "status" }, t("import.sample_removed")),
};

const SHOWN = 40;

function newLabels(names, key) {
  if (!names.length) return null;
  const more = names.length > SHOWN && h("span.faint", {}, t("list.more", { n: names.length - SHOWN }));
  return h(
    "p.chips",
    {},
    h("b", {}, tn(key, names.length)),
    names.slice(0, SHOWN).map((name) => chip(name)),
    more,
  );
}

const filled = (value) => value != null && value !== "" && !(Array.isArray(value) && !value.length);

function table(rows) {
  if (!rows.length) return h("p.hint", {}, t("preview.no_rows"));
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row).filter((field) => filled(row[field]))))];
  const show = (value) =>
    Array.isArray(value) ? value.map((one) => chip(String(one))) : value == null ? "" : String(value);
  return h(
    "div.scroll",
    {},
    h(
      "table.rows",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          fields.map((field) => h("th", { scope: "col" }, t(`field.${field}`))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            fields.map((field) =>
              h(
                "td",
                { class: field === "text" ? "wide" : "", "data-head": t(`field.${field}`) },
                h("div.clamp", {}, show(row[field])),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function rejected(rows) {
  if (!rows.length) return null;
  return h(
    "div.notice.warn",
    {},
    h("p", {}, tn("preview.rejected", rows.length)),
    h(
      "ul",
      {},
      rows
        .slice(0, 8)
        .map(([line, column, reason]) => h("li", {}, t("preview.reject", { line: number(line), column, reason }))),
    ),
  );
}
