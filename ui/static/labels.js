// The label table: find, add, rename, describe, archive, bring back.
import { fill, h } from "./dom.js";
import { asking } from "./server.js";
import { number, t, tn } from "./words.js";

export function mount({ element, server }) {
  const table = new LabelTable(element, asking(server));
  table.load();
  window.addEventListener("news-triage:data", () => table.load());
}

class LabelTable {
  constructor(element, ask) {
    Object.assign(this, { ask, labels: [], editing: null });
    this.find = h("input", {
      type: "search",
      placeholder: t("labels.find"),
      "aria-label": t("labels.find"),
      oninput: () => this.draw(),
    });
    this.archived = h("input", { type: "checkbox", onchange: () => this.load() });
    this.status = h("span.status", { role: "status", "aria-live": "polite" });
    this.count = h("span.faint");
    this.body = h("tbody");
    const heads = ["label", "group", "description", "train", "validation", "gold", "band", ""];
    fill(
      element,
      h(
        "div.top",
        {},
        h("h2", {}, t("labels.title")),
        this.count,
        this.find,
        h("label.check", {}, this.archived, t("labels.archived")),
        this.status,
      ),
      this.addForm(),
      h(
        "div.scroll.labels-scroll",
        {},
        h(
          "table.rows.labels",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              heads.map((name) => (name ? h("th", { scope: "col" }, t(`labels.${name}`)) : h("td"))),
            ),
          ),
          this.body,
        ),
      ),
    );
  }

  addForm() {
    const field = (name, required) =>
      h("input", { name, required, placeholder: t(`labels.${name}`), "aria-label": t(`labels.${name}`) });
    const form = h(
      "form.add",
      {},
      field("name", true),
      field("group"),
      field("description"),
      h("button", { type: "submit" }, t("labels.add")),
    );
    form.onsubmit = async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      if (await this.act("add", values, t("labels.added", { name: values.name }))) form.reset();
    };
    return form;
  }

  async load() {
    const answer = await this.ask
      .table({ include_archived: this.archived.checked })
      .catch((error) => this.tell(error.message, "bad"));
    if (!answer) return;
    this.labels = answer.labels;
    this.draw();
  }

  draw() {
    const words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (label) => `${label.name} ${label.group} ${label.description}`.toLowerCase();
    const found = this.labels.filter((label) => words.every((word) => text(label).includes(word)));
    this.count.textContent = tn("labels.count", found.length);
    fill(
      this.body,
      found.map((label) => (this.editing === label.id ? this.edit(label) : this.row(label))),
    );
  }

  row(label) {
    const act = label.archived ? "restore" : "archive";
    return h(
      "tr",
      { class: label.archived ? "archived" : "", "data-label": label.name },
      h(
        "th",
        { scope: "row" },
        label.name,
        label.is_sample && h("span.badge", { title: t("labels.sample_hint") }, t("labels.sample")),
      ),
      h("td", { "data-head": t("labels.group") }, label.group),
      h("td.wide", { "data-head": t("labels.description") }, label.description),
      ["train", "validation", "gold"].map((split) =>
        h("td.number", { "data-head": t(`labels.${split}`) }, number(label[split])),
      ),
      h("td", { "data-head": t("labels.band") }, t(`band.${label.band}`)),
      h(
        "td.acts",
        {},
        h(
          "button.link",
          {
            type: "button",
            onclick: () => {
              this.editing = label.id;
              this.draw();
            },
          },
          t("labels.edit"),
        ),
        h(
          "button.link",
          {
            type: "button",
            onclick: () =>
              this.act(
                act,
                { label_id: label.id },
                t(act === "archive" ? "labels.archived_one" : "labels.restored", { name: label.name }),
              ),
          },
          t(`labels.${act}`),
        ),
      ),
    );
  }

  edit(label) {
    const fields = Object.fromEntries(
      ["name", "group", "description"].map((name) => [
        name,
        h("input", { value: label[name], "aria-label": t(`labels.${name}`) }),
      ]),
    );
    const close = () => {
      this.editing = null;
      this.draw();
    };
    const save = async () => {
      const values = Object.fromEntries(Object.entries(fields).map(([name, input]) => [name, input.value]));
      if (await this.act("change", { label_id: label.id, ...values }, t("labels.changed", { name: values.name })))
        close();
    };
    const row = h(
      "tr.editing",
      {},
      h("th", {}, fields.name),
      h("td", {}, fields.group),
      h("td.wide", { colspan: 5 }, fields.description),
      h(
        "td.acts",
        {},
        h("button.primary", { type: "button", onclick: save }, t("labels.save")),
        h("button.link", { type: "button", onclick: close }, t("cancel")),
      ),
    );
    row.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && event.target.matches("input")) save();
      if (event.key === "Escape") close();
    });
    return row;
  }

  async act(name, fields, done) {
    try {
      await this.ask[name](fields);
      this.tell(done, "good");
      window.dispatchEvent(new Event("news-triage:data"));
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
