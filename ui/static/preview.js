// What a file holds, before anything of it is stored.
import { chip, h } from "./dom.js";
import { number, t, tn } from "./words.js";

/** Say in a line what a file is; of one that could not be read yet only its name. */
export const summary = (file) => [
  h("b", {}, file.filename),
  file.rows && " · ",
  file.rows &&
    t("preview.form", {
      format: file.format.toUpperCase(),
      encoding: file.encoding.toUpperCase(),
      total: number(file.total),
      labelled: number(file.labelled),
    }),
];

/** Draw what a file holds. */
export const preview = (file) => [
  newLabels(file.new_labels, "preview.new_labels"),
  rejected(file.rejected),
  table(file.rows),
];

const SHOWN = 40;

/** Draw labels that do not exist yet, or did not. */
export function newLabels(names, key) {
  if (!names.length) return null;
  const more = names.length > SHOWN && h("span.faint", {}, t("list.more", { n: names.length - SHOWN }));
  return h(
    "p.chips",
    {},
    h("b", {}, tn(key, names.length)),
    " ",
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
      rows.length > 8 && h("li", {}, t("list.more", { n: number(rows.length - 8) })),
    ),
  );
}
