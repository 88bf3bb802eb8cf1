// Which columns the CSV of the disagreements has: all at first, and whatever was chosen last.
import { fill, h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { number, t } from "./words.js";

const KEPT = "news-triage.csv-columns";

/** Draw the choice; `changed` is called after every tick. `query` are the pairs that the link needs, none for all columns. */
export function columnChoice(columns, changed) {
  let chosen = recall(columns);
  const title = h("summary");
  const ticks = columns.map((name) =>
    h("input", { type: "checkbox", name, checked: chosen.includes(name), onchange: () => use(read()) }),
  );
  const read = () => ticks.filter((tick) => tick.checked).map((tick) => tick.name);
  const use = (names) => {
    chosen = names;
    ticks.forEach((tick) => (tick.checked = chosen.includes(tick.name)));
    localStorage.setItem(KEPT, JSON.stringify(chosen));
    show();
    changed();
  };
  const show = () =>
    fill(
      title,
      chosen.length === columns.length
        ? t("columns.all_chosen")
        : t("columns.chosen", { n: number(chosen.length), all: number(columns.length) }),
    );
  const every = (names) =>
    h("button.link", { type: "button", onclick: () => use(names) }, t(names.length ? "columns.all" : "columns.none"));
  const element = h(
    "details.columns",
    {},
    title,
    h(
      "fieldset",
      {},
      h("legend", {}, t("columns.title"), every(columns), every([])),
      ticks.map((tick) => h("label", {}, tick, columnName(tick.name))),
      h("p.hint", {}, t("columns.hint")),
    ),
  );
  closeFromOutside(element);
  show();
  return {
    element,
    get none() {
      return !chosen.length;
    },
    get query() {
      return chosen.length === columns.length ? [] : chosen.map((name) => ["columns", name]);
    },
  };
}

function columnName(name) {
  const classifier = CLASSIFIERS.find((one) => name.startsWith(`${one}_`));
  if (!classifier) return t(`column.${name}`);
  return `${t(`classifier.${classifier}`)}: ${t(`column.${name.slice(classifier.length + 1)}`)}`;
}

function closeFromOutside(details) {
  document.addEventListener("click", ({ target }) => {
    if (!details.contains(target)) details.open = false;
  });
  details.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !details.contains(relatedTarget)) details.open = false;
  });
  details.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    details.open = false;
    details.firstElementChild.focus();
  });
}

function recall(columns) {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return kept ? columns.filter((name) => kept.includes(name)) : columns;
  } catch {
    return columns;
  }
}
