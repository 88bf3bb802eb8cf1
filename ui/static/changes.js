// What a new version changes: candidate against live, or live against the one before, label by label.
import { fill, h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { slopes } from "./slopes.js";
import { f1, number, t, tn } from "./words.js";

const MOST = 12,
  NOISE = 0.0005;
const ORDERS = {
  rises: (a, b) => b.change - a.change,
  falls: (a, b) => a.change - b.change,
  support: (a, b) => b.support - a.support,
  rare: (a, b) => a.train - b.train,
};

export class Changes {
  constructor(ask) {
    Object.assign(this, { ask, order: "rises", turn: 0 });
    this.pair = h("select", { "aria-label": t("changes.pair"), onchange: () => this.load() });
    this.area = h("div.changes-area");
    const head = h("div.section-head", {}, h("h2", {}, t("changes.title")), this.pair);
    this.element = h("section.changes", { hidden: true }, head, this.area);
  }

  /** Take up the versions: which pairs there are, the waiting candidates first. What was chosen stays chosen. */
  offer(versions) {
    const pairs = CLASSIFIERS.flatMap((name) => pairsOf(versions.filter((one) => one.classifier === name)));
    pairs.sort((a, b) => (b.after.status === "candidate") - (a.after.status === "candidate"));
    const kept = this.pair.value;
    const values = pairs.map(({ before, after }) => `${before.id}-${after.id}`);
    fill(
      this.pair,
      pairs.map((pair, index) => h("option", { value: values[index] }, pairName(pair))),
    );
    if (values.includes(kept)) this.pair.value = kept;
    this.element.hidden = !pairs.length;
    if (pairs.length) this.load();
  }

  async load() {
    const turn = (this.turn += 1);
    const [before, after] = this.pair.value.split("-").map(Number);
    try {
      const { comparison } = await this.ask.compare({ before, after });
      if (turn === this.turn) this.show(comparison);
    } catch (error) {
      if (turn === this.turn) fill(this.area, h("p.notice.bad", { role: "alert" }, error.message));
    }
  }

  show(comparison) {
    const { before, after, labels } = comparison;
    const heads = [before, after].map((one) => `v${one.number} ${t(`version.${one.status}`)}`);
    const rises = labels.filter((one) => one.change > NOISE);
    const falls = labels.filter((one) => one.change !== null && one.change < -NOISE).reverse();
    fill(
      this.area,
      h(
        "p",
        {},
        [tn("changes.rises", rises.length), tn("changes.falls", falls.length)].join(t("list.comma")),
        t("list.comma"),
        tn("changes.unknown", labels.filter((one) => one.change === null).length),
      ),
      !comparison.same_gold && h("p.notice.warn", {}, t("changes.other_gold")),
      h(
        "div.slopes",
        {},
        slopes({ title: t("changes.top_rises"), rows: rises.slice(0, MOST), heads, up: true }),
        slopes({ title: t("changes.top_falls"), rows: falls.slice(0, MOST), heads, up: false }),
      ),
      this.table(labels, heads),
    );
  }

  table(labels, heads) {
    const body = h("tbody");
    const draw = () => fill(body, sorted(labels, this.order).map(line));
    const order = h(
      "select",
      {
        "aria-label": t("changes.order"),
        onchange: () => {
          this.order = order.value;
          draw();
        },
      },
      Object.keys(ORDERS).map((name) => h("option", { value: name }, t(`changes.by_${name}`))),
    );
    order.value = this.order;
    draw();
    const names = [t("matrix.label"), t("metrics.support"), t("metrics.train"), ...heads, t("changes.change")];
    return h(
      "details.per-label",
      { open: this.opened, ontoggle: ({ target }) => (this.opened = target.open) },
      h("summary", {}, t("changes.table", { n: number(labels.length) })),
      order,
      h(
        "div.scroll",
        { tabindex: 0, role: "region", "aria-label": t("changes.title") },
        h(
          "table.compare",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              names.map((name) => h("th", { scope: "col" }, name)),
            ),
          ),
          body,
        ),
      ),
    );
  }
}

/** Waiting candidates newer than the live version against it, and the live version against what a roll-back brings back. */
function pairsOf(mine) {
  const live = mine.find((one) => one.status === "live");
  if (!live) return [];
  const waiting = mine.filter((one) => one.status === "candidate" && one.number > live.number);
  const before = mine.find((one) => one.returns);
  return [...waiting.map((after) => ({ before: live, after })), ...(before ? [{ before, after: live }] : [])];
}

function pairName({ before, after }) {
  const state = (one) => `v${one.number} (${t(`version.${one.status}`)})`;
  return `${t(`classifier.${after.classifier}`)}: ${state(before)} → ${state(after)}`;
}

/** What cannot be compared stands last, whatever the order. */
function sorted(labels, order) {
  const known = labels.filter((one) => one.change !== null);
  return [...known.sort(ORDERS[order]), ...labels.filter((one) => one.change === null)];
}

function line({ label, before, after, change, support, train }) {
  const value = (one) => h("td", {}, one === null ? h("span.faint", {}, t("unknown")) : f1(one));
  const kind = change === null ? "" : change > NOISE ? "better" : change < -NOISE ? "worse" : "";
  return h(
    "tr",
    { "data-label": label },
    h("th", { scope: "row" }, label),
    h("td", {}, number(support)),
    h("td", {}, number(train)),
    value(before),
    value(after),
    h("td", { class: kind }, change === null ? h("span.faint", {}, t("unknown")) : changeWords(change)),
  );
}

/** The sign and the triangle say what the colour says. */
export function changeWords(change) {
  if (Math.abs(change) <= NOISE) return "= 0.000";
  return `${change > 0 ? "▲ +" : "▼ −"}${Math.abs(change).toFixed(3)}`;
}
