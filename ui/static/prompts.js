// The prompt workshop: another wording or other examples, tried on one item, saved as a version; two versions' answers.
import { chip, fill, h } from "./dom.js";
import { forLeads } from "./role.js";
import { asking } from "./server.js";
import { score, t, tn } from "./words.js";

const LOADING_MS = 1000;
const WORDS = ["instruction", "labels", "text", "answer"];
const CHOICES = {
  rank: ["similarity", "mmr"],
  order: ["ascending", "descending", "random"],
  answer: ["lines", "sentence", "json"],
  labels_as: ["text", "number"],
};

export function mount({ element, server }) {
  new Workshop(element, asking(server));
}

class Workshop {
  constructor(element, ask) {
    Object.assign(this, { ask, fields: {} });
    // Tables and badges look as they do in the rest of the tab.
    element.classList.add("nt-retrain");
    this.status = h("p.status", { role: "status", "aria-live": "polite" });
    this.form = h("div.prompt-form");
    this.outcome = h("section.prompt-outcome", { "aria-live": "polite" });
    this.compared = h("section.prompt-compare");
    const title = h("summary", {}, h("b", {}, t("prompts.title")), " ", h("small.faint", {}, t("prompts.hint")));
    this.box = h("details", { ontoggle: () => this.box.open && this.act(() => this.open()) });
    fill(this.box, title, this.form, this.status, this.outcome, this.compared);
    fill(element, this.box);
  }

  async open() {
    const { draft, versions } = await this.ask.draft();
    if (!this.isWritten) {
      this.draft = draft;
      this.showForm();
      this.unwritten = this.written;
    }
    this.showVersions(versions);
  }

  get written() {
    return JSON.stringify([this.changes, this.model]);
  }

  /** Whether somebody has changed the form: what was written is not thrown away by a look at something else. */
  get isWritten() {
    return Boolean(this.draft) && this.written !== this.unwritten;
  }

  showForm() {
    const { recipe, words } = this.draft;
    const now = { rank: recipe.retrieval.rank, order: recipe.retrieval.order, ...recipe.design };
    this.fields = { neighbours: this.count(recipe.neighbours), item: this.fields.item ?? this.count("", 1), placeholder: this.tick(recipe.design.placeholder) };
    for (const name of WORDS) this.fields[name] = this.words(name, words[name]);
    for (const name of Object.keys(CHOICES)) this.fields[name === "answer" ? "form" : name] = this.choice(name, now[name]);
    this.fields.model = h("input", { type: "text", value: this.draft.model, autocomplete: "off" });
    this.fields.endpoint = h("input", { type: "url", value: recipe.endpoint ?? "", placeholder: "http://…/v1", autocomplete: "off" });
    const names = [...WORDS, "neighbours", "rank", "order", "form", "labels_as", "placeholder", "model", "endpoint"];
    fill(
      this.form,
      names.map((name) => h("label", { class: name }, h("span", {}, t(`prompts.${name}`)), this.fields[name])),
      h(
        "div.prompt-actions",
        {},
        h("label", {}, t("prompts.item"), " ", this.fields.item),
        h("button", { type: "button", onclick: () => this.act(() => this.tryOn()) }, t("prompts.try")),
        forLeads(),
        h("button.primary.for-leads", { type: "button", onclick: () => this.act(() => this.save()) }, t("prompts.save")),
      ),
    );
  }

  words(name, value) {
    if (name !== "instruction") return h("input", { type: "text", value, autocomplete: "off" });
    return h("textarea", { rows: 4, value });
  }

  count(value, least = 0) {
    return h("input", { type: "number", min: least, value, size: 6 });
  }

  tick(checked) {
    return h("input", { type: "checkbox", checked });
  }

  choice(name, value) {
    const values = CHOICES[name].includes(value) ? CHOICES[name] : [...CHOICES[name], value];
    const select = h("select", {}, values.map((one) => h("option", { value: one }, t(`prompts.${name}.${one}`) || one)));
    select.value = value;
    return select;
  }

  /** What the form changes of the draft's recipe. */
  get changes() {
    const { words, recipe } = this.draft;
    const written = WORDS.filter((name) => this.fields[name].value !== words[name]);
    return {
      template: { ...recipe.template, ...Object.fromEntries(written.map((name) => [name, this.fields[name].value])) },
      neighbours: Number(this.fields.neighbours.value),
      retrieval: { rank: this.fields.rank.value, order: this.fields.order.value },
      design: {
        answer: this.fields.form.value,
        labels_as: this.fields.labels_as.value,
        placeholder: this.fields.placeholder.checked,
      },
    };
  }

  /** Another model can be saved, not tried: it would have to be loaded first. */
  get model() {
    const [model, endpoint] = [this.fields.model.value.trim(), this.fields.endpoint.value.trim()];
    if (model === this.draft.model && endpoint === (this.draft.recipe.endpoint ?? "")) return {};
    return endpoint ? { endpoint, model } : { endpoint: null, model: "", checkpoint: model };
  }

  async tryOn() {
    const trial = await this.trial();
    this.tell("");
    const labels = (names) => (names.length ? names.map((name) => chip(name)) : t("prompts.none"));
    const likely = Object.entries(trial.scores).map(([name, value]) => h("li", {}, `${name} ${score(value)}`));
    fill(
      this.outcome,
      h("dl", {}, h("dt", {}, t("prompts.answered")), h("dd", {}, labels(trial.labels)), trial.truth && [h("dt", {}, t("prompts.truth")), h("dd", {}, labels(trial.truth))]),
      h("details", {}, h("summary", {}, t("prompts.scores")), h("ul", {}, likely)),
      h("details", {}, h("summary", {}, t("prompts.asked")), h("pre", { tabindex: "0" }, trial.prompt, h("b", {}, trial.answer))),
    );
  }

  /** Ask until the model is there; meanwhile it is told that it is being loaded. */
  async trial() {
    const asked = { item_id: Number(this.fields.item.value), changes: this.changes };
    for (;;) {
      const { trial, why } = await this.ask.try_on(asked);
      if (trial) return trial;
      this.tell(why);
      await new Promise((resolve) => setTimeout(resolve, LOADING_MS));
    }
  }

  async save() {
    const { job } = await this.ask.save({ changes: { ...this.changes, ...this.model } });
    this.tell(t("prompts.saved", { n: job.id }));
  }

  showVersions(versions) {
    if (versions.length < 2) return;
    const pick = (name, place) => {
      const select = h("select", { "aria-label": t(`prompts.${name}`) }, versions.map((one) => h("option", { value: one.id }, `v${one.number} · ${t(`version.${one.status}`)}`)));
      select.value = versions[place].id;
      return select;
    };
    const [before, after] = [pick("before", 1), pick("after", 0)];
    const compare = () => this.act(() => this.compare(Number(before.value), Number(after.value)));
    this.table = h("div.scroll", { tabindex: "0" });
    fill(this.compared, h("h3", {}, t("prompts.compare")), before, " → ", after, " ", h("button", { type: "button", onclick: compare }, t("prompts.show")), this.table);
  }

  async compare(before, after) {
    const { changes } = await this.ask.differences({ before, after });
    const heads = ["news", "truth", "before", "after"].map((name) => h("th", { scope: "col" }, t(`prompts.${name}`)));
    const line = (one) => h("tr", {}, h("th", { scope: "row" }, one.text), [one.truth, one.before, one.after].map((names) => h("td", {}, names.map((name) => chip(name)))));
    fill(this.table, h("p", {}, tn("prompts.differing", changes.length)), changes.length > 0 && h("table.compare", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, changes.map(line))));
  }

  async act(work) {
    this.tell("");
    try {
      await work();
    } catch (error) {
      this.tell(error.message, "bad");
    }
  }

  tell(message, kind = "") {
    this.status.className = `status ${kind}`;
    this.status.textContent = message;
  }
}
