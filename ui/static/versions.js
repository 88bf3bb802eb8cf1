// The history of the versions: their F1 on gold as a chart, one line a classifier, and all of them as a table.
import { act } from "./compare.js";
import { fill, h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { keepingFocus } from "./roving.js";
import { timeline } from "./timeline.js";
import { date, f1, span, t } from "./words.js";

const MEASURES = ["micro_f1", "macro_f1", "few_shot_f1"];
const LINES = [...CLASSIFIERS, "reference"];
const KEPT = "news-triage.history-measure";

export class History {
  constructor() {
    const kept = localStorage.getItem(KEPT);
    this.measure = MEASURES.includes(kept) ? kept : MEASURES[0];
    this.choice = h(
      "select",
      { "aria-label": t("history.measure"), onchange: () => this.choose(this.choice.value) },
      MEASURES.map((name) => h("option", { value: name }, t(`history.${name}`))),
    );
    this.choice.value = this.measure;
    this.chart = h("div.timeline-area");
    this.table = h("details.per-label");
    const head = h("div.section-head", {}, h("h2", {}, t("history.title")), this.choice);
    this.element = h("section.history", { hidden: true }, head, this.chart, this.table);
  }

  choose(measure) {
    this.measure = measure;
    localStorage.setItem(KEPT, measure);
    this.draw();
  }

  show(versions, acts) {
    this.versions = versions.filter((one) => LINES.includes(one.classifier));
    this.element.hidden = !this.versions.length;
    if (this.element.hidden) return;
    keepingFocus(this.table, () =>
      fill(this.table, h("summary", {}, t("versions.all", { n: this.versions.length })), table(this.versions, acts)),
    );
    this.draw();
  }

  draw() {
    keepingFocus(this.chart, () => fill(this.chart, timeline(LINES, this.versions, this.measure)));
  }
}

function table(versions, { promote }) {
  const heads = [
    t("version.title"),
    t("version.status"),
    ...MEASURES.map((name) => t(`history.${name}`)),
    t("version.created"),
    t("version.took"),
    t("version.recipe"),
    t("version.reason"),
    "",
  ];
  const line = (one) => {
    const name = { classifier: t(`classifier.${one.classifier}`), n: one.number };
    const button = () =>
      act("again", one, "link", t("version.promote_one", name), () => promote(one), t("version.promote"));
    return h(
      "tr",
      { "data-version": one.id },
      h("th", { scope: "row" }, t("version.name", name)),
      h("td", {}, h("span.badge", { class: one.status }, t(`version.${one.status}`))),
      MEASURES.map((key) => h("td", {}, f1(one.metrics[key]))),
      h("td", {}, date(one.created_at)),
      h("td", {}, span(one.seconds)),
      h("td", {}, one.continued ? t("version.continued", { n: one.continued }) : one.preset),
      h("td.wide", {}, one.reason),
      h("td", {}, one.promotable ? button() : !one.has_files && t("version.no_files")),
    );
  };
  return h(
    "div.scroll",
    { tabindex: 0, role: "region", "aria-label": t("history.title") },
    h(
      "table.compare",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head) => h(head ? "th" : "td", head ? { scope: "col" } : {}, head)),
        ),
      ),
      h("tbody", {}, versions.map(line)),
    ),
  );
}
