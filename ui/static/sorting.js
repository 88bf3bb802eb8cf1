// Heads of a table that sort it by a click, and the same as a select for a phone, where a table has no heads.
import { h } from "./dom.js";
import { language, t } from "./words.js";

const words = new Intl.Collator(language === "zh" ? "zh-CN" : undefined, { numeric: true });

export class SortHeads {
  /** `columns` are {key, title, kind, value, first}; `first` is "down" for what is best read from the greatest on. */
  constructor(columns, key, changed) {
    Object.assign(this, { columns, changed });
    this.buttons = columns.map((column) =>
      h("button.sort", { type: "button", onclick: () => this.choose(column.key) }, column.title),
    );
    this.cells = columns.map((column, index) =>
      h("th", { scope: "col", class: column.kind }, this.buttons[index]),
    );
    this.element = h("thead", {}, h("tr", {}, this.cells, h("td")));
    this.select = h(
      "select.sort-by",
      { "aria-label": t("labels.sort"), onchange: () => this.choose(this.select.value) },
      columns.map((column) => h("option", { value: column.key }, t("labels.sort_by", { column: column.title }))),
    );
    this.set(key);
  }

  choose(key) {
    this.set(key, key === this.key ? !this.down : undefined);
    this.changed();
  }

  set(key, down = this.columns.find((column) => column.key === key).first === "down") {
    Object.assign(this, { key, down });
    this.select.value = key;
    this.columns.forEach((column, index) => {
      const order = column.key !== key ? "none" : down ? "descending" : "ascending";
      this.cells[index].setAttribute("aria-sort", order);
    });
  }

  /** Return the rows in order; what is unknown comes last either way, and equals by `tie`. */
  sorted(rows, tie) {
    const { value } = this.columns.find((column) => column.key === this.key);
    const turn = this.down ? -1 : 1;
    return [...rows].sort((a, b) => order(value(a), value(b), turn) || words.compare(tie(a), tie(b)));
  }
}

function order(a, b, turn) {
  const unknown = (one) => one == null || one === "";
  if (unknown(a) || unknown(b)) return unknown(a) - unknown(b);
  return turn * (typeof a === "number" ? a - b : words.compare(a, b));
}
