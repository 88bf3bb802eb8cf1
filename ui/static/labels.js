// The label table: find, sort, add, rename, describe, archive, bring back; with the keyboard too.
import { fill, h } from "./dom.js";
import { COUNTS, editRow, labelRow } from "./label_rows.js";
import { forLeads } from "./role.js";
import { whenSeenAgain } from "./seen.js";
import { asking } from "./server.js";
import { SortHeads } from "./sorting.js";
import { t, tn } from "./words.js";

export function mount({ element, server }) {
  const table = new LabelTable(element, asking(server));
  table.load();
  window.addEventListener("news-triage:data", () => table.mine || table.load());
  whenSeenAgain(element, () => table.load());
}

class LabelTable {
  constructor(element, ask) {
    Object.assign(this, { ask, labels: [], rows: new Map(), editing: null, at: null, turn: 0 });
    this.find = h("input", {
      type: "search",
      placeholder: t("labels.find"),
      "aria-label": t("labels.find"),
      oninput: () => this.draw(),
    });
    this.archived = h("input", { type: "checkbox", onchange: () => this.load() });
    this.status = h("span.status", { role: "status", "aria-live": "polite" });
    this.count = h("span.faint");
    this.body = h("tbody", { onkeydown: (event) => this.move(event), onfocusin: (event) => this.stand(event) });
    this.table = h("table.rows.labels", { "aria-label": t("labels.title") }, this.body);
    this.top = h(
      "div.top",
      {},
      h("h2", {}, t("labels.title")),
      this.count,
      this.find,
      h("label.check", {}, this.archived, t("labels.show_archived")),
      this.status,
    );
    fill(element, this.top, forLeads(), this.addForm(), h("div.scroll.labels-scroll", {}, this.table));
  }

  addForm() {
    const field = (name, required) =>
      h("input", { name, required, placeholder: t(`labels.${name}`), "aria-label": t(`labels.${name}`) });
    const form = h(
      "form.add.for-leads",
      { "aria-label": t("labels.add") },
      field("name", true),
      field("group"),
      field("description"),
      h("button", { type: "submit" }, t("labels.add")),
    );
    form.onsubmit = async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      if (!(await this.act("add", values, t("labels.added", { name: values.name.trim() })))) return;
      form.reset();
      // The answer may come when somebody has gone on to another field.
      if (form.contains(document.activeElement)) form.elements.namedItem("name").focus();
    };
    return form;
  }

  async load() {
    // Only the answer to the last question counts.
    const turn = (this.turn += 1);
    const answer = await this.ask
      .table({ include_archived: this.archived.checked })
      .catch((error) => turn === this.turn && this.tell(error.message, "bad"));
    if (!answer || turn !== this.turn) return;
    const { labels, classifiers, scores, pinyin } = answer;
    this.labels = labels.map((label) => {
      const own = classifiers.map((name) => [name, scores[name][label.id]]);
      return { ...label, scores: Object.fromEntries(own), sound: pinyin[label.name] ?? "" };
    });
    this.showHeads(classifiers);
    // A row is drawn once and then only moved, so that 200 of them sort and filter at once.
    this.rows = new Map(this.labels.map((label) => [label.id, labelRow(label, classifiers, this.wish)]));
    this.draw();
  }

  showHeads(classifiers) {
    if (this.heads && String(this.classifiers) === String(classifiers)) return;
    this.classifiers = classifiers;
    const text = (name) => ({ key: name, title: t(`labels.${name}`), value: (label) => label[name] });
    const count = (name) => ({ ...text(name), kind: "number", first: "down" });
    const score = (name) => ({
      key: `f1_${name}`,
      title: `F1 ${t(`classifier.${name}`)}`,
      kind: "number",
      value: (label) => label.scores[name]?.f1,
    });
    const columns = [
      { ...text("label"), value: (label) => label.name },
      text("group"),
      text("description"),
      ...COUNTS.map(count),
      { ...text("band"), first: "down", value: (label) => label.train },
      ...classifiers.map(score),
    ];
    this.heads?.select.remove();
    this.heads = new SortHeads(columns, "group", () => this.draw());
    this.table.querySelector("thead")?.remove();
    this.table.prepend(this.heads.element);
    this.top.insertBefore(this.heads.select, this.status);
  }

  draw() {
    const words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (label) => `${label.name} ${label.group} ${label.description} ${label.sound}`.toLowerCase();
    const found = this.labels.filter((label) => words.every((word) => text(label).includes(word)));
    this.count.textContent = tn("labels.count", found.length);
    this.shown = this.heads.sorted(found, (label) => label.name);
    const held = this.body.contains(document.activeElement) && document.activeElement;
    const again = () => this.rows.get(this.at)?.querySelector(`[data-act="${held.dataset.act}"]`);
    const empty = this.labels.length ? t("labels.none_found") : t("labels.none");
    const rows = this.shown.map((label) => (this.editing === label.id ? this.edit(label) : this.rows.get(label.id)));
    const none = h("tr", {}, h("td.hint", { colspan: 8 + this.classifiers.length }, empty));
    arrange(this.body, found.length ? rows : [none]);
    this.makeReachable();
    // Moving a row takes the focus from it, and a row that was drawn anew never had it.
    if (held) (this.body.contains(held) ? held : again())?.focus();
  }

  edit(label) {
    this.editor ??= editRow(
      label,
      8 + this.classifiers.length,
      async (values) => {
        if (await this.act("change", { label_id: label.id, ...values }, t("labels.changed", { name: values.name })))
          this.close(label.id);
      },
      () => this.close(label.id),
    );
    return this.editor;
  }

  wish = async (name, label) => {
    if (name === "edit") {
      Object.assign(this, { editing: label.id, editor: null });
      this.draw();
      this.editor.querySelector("input").select();
      return;
    }
    const place = this.shown.indexOf(label);
    const back = name === "archive" && (() => this.wish("restore", label));
    if (!(await this.act(name, { label_id: label.id }, t(`labels.${name}d`, { name: label.name }), back))) return;
    // The row may be gone; whoever goes on by keyboard stands on the one that took its place.
    this.focusRow(this.shown[Math.min(place, this.shown.length - 1)]);
  };

  close(id) {
    Object.assign(this, { editing: null, editor: null });
    this.draw();
    this.focusRow(this.labels.find((label) => label.id === id));
  }

  /** One row is in the order of tabs, the one that was stood on last; the arrows go to the others. */
  makeReachable() {
    const at = this.rows.get(this.at);
    const row = at && this.body.contains(at) ? at : this.body.querySelector("tr[data-label]");
    for (const button of this.body.querySelectorAll("[data-act][tabindex='0']")) button.tabIndex = -1;
    for (const button of row?.querySelectorAll("[data-act]") ?? []) button.tabIndex = 0;
  }

  stand(event) {
    const name = event.target.closest("tr")?.dataset.label;
    const label = this.shown.find((one) => one.name === name);
    if (!label || label.id === this.at) return;
    this.at = label.id;
    this.makeReachable();
  }

  move(event) {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const rows = this.shown.filter((label) => this.editing !== label.id);
    const place = rows.findIndex((label) => label.name === button.closest("tr").dataset.label);
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    this.focusRow(rows[to], [...button.parentElement.children].indexOf(button));
  }

  focusRow(label, which = 0) {
    const held = document.activeElement;
    if (held && held !== document.body && !this.body.contains(held)) return;
    const button = this.rows.get(label?.id)?.querySelectorAll("[data-act]")[which];
    if (button) button.focus();
    else this.find.focus();
  }

  async act(name, fields, done, back) {
    try {
      await this.ask[name](fields);
      this.tell(done, "good");
      if (back) this.status.append(" ", h("button.link", { type: "button", onclick: back }, t("labels.take_back")));
      await this.load();
      this.mine = true;
      window.dispatchEvent(new Event("news-triage:data"));
      this.mine = false;
      return true;
    } catch (error) {
      this.tell(error.message, "bad");
      return false;
    }
  }

  tell(text, mood = "") {
    this.status.textContent = text;
    this.status.className = `status ${mood}`;
  }
}

/** Put these rows into a table with as few moves as possible, and leave it scrolled to where it was. */
function arrange(body, rows) {
  const box = body.closest(".labels-scroll");
  const { scrollTop } = box;
  const wanted = new Set(rows);
  for (const row of [...body.children]) if (!wanted.has(row)) row.remove();
  rows.forEach((row, index) => body.children[index] === row || body.insertBefore(row, body.children[index] ?? null));
  box.scrollTop = scrollTop;
}
