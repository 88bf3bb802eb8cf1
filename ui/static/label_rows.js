// The rows of the label table: one to read, one to edit in.
import { h } from "./dom.js";
import { f1, number, t } from "./words.js";

export const COUNTS = ["train", "validation", "gold"];

/** Draw a label; `act` is called with what is wished of it: edit, archive or restore. */
export function labelRow(label, classifiers, act) {
  const wish = label.archived ? "restore" : "archive";
  const button = (name) =>
    h(
      "button.link.for-leads",
      {
        type: "button",
        tabindex: -1,
        "data-act": name,
        "aria-label": t(`labels.${name}_one`, { name: label.name }),
        onclick: () => act(name, label),
      },
      t(`labels.${name}`),
    );
  const marks = [
    label.is_sample && h("span.badge", { title: t("labels.sample_hint") }, t("labels.sample")),
    label.archived && h("span.badge", {}, t("labels.is_archived")),
  ];
  return h(
    "tr",
    { class: label.archived ? "archived" : "", "data-label": label.name },
    h("th", { scope: "row" }, label.name, marks),
    h("td.group", { "data-head": t("labels.group") }, label.group),
    h("td.wide", { "data-head": t("labels.description") }, label.description),
    COUNTS.map((split) => h("td.number", { "data-head": t(`labels.${split}`) }, number(label[split]))),
    h("td.band", { "data-head": t("labels.band") }, t(`band.${label.band}`)),
    classifiers.map((name) => scoreCell(label, name)),
    h("td.acts", {}, button("edit"), button(wish)),
  );
}

function scoreCell(label, classifier) {
  const known = label.scores[classifier];
  const title = known ? t("labels.f1_hint", { support: number(known.support) }) : t("labels.f1_unknown");
  return h(
    "td.number.score",
    { "data-head": `F1 ${t(`classifier.${classifier}`)}`, title },
    known ? f1(known.f1) : h("span.faint", {}, t("unknown")),
  );
}

/** Draw the fields of a label in place of its row; `save` gets their values, `close` ends the editing. */
export function editRow(label, columns, save, close) {
  const field = (name) => h("input", { value: label[name], name, "aria-label": t(`labels.${name}`) });
  const fields = { name: field("name"), group: field("group"), description: field("description") };
  const values = () => Object.fromEntries(Object.entries(fields).map(([name, input]) => [name, input.value]));
  const row = h(
    "tr.editing",
    {},
    h("th", { scope: "row" }, fields.name),
    h("td", {}, fields.group),
    h("td.wide", { colspan: columns - 3 }, fields.description),
    h(
      "td.acts",
      {},
      h("button.primary", { type: "button", onclick: () => save(values()) }, t("labels.save")),
      h("button.link", { type: "button", onclick: close }, t("cancel")),
    ),
  );
  row.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && event.target.matches("input")) save(values());
    if (event.key === "Escape") close();
  });
  return row;
}
