// The three maps of the disagreements page. Each cell is a filter, and its number the length of that filter's list.
import { fill, h } from "./dom.js";
import { heatmap } from "./heatmap.js";
import { CLASSIFIERS } from "./matrix.js";
import { keepingFocus } from "./roving.js";
import { NO_STANCE, stanceWords } from "./stances.js";
import { number, t, tn } from "./words.js";

const MAPS = ["kinds", "labels", "pairs"];
const AGAINST = ["people", "classifiers"];
const NO_CELL = { ...NO_STANCE, label: "" };

/** One map at a time: which one, and by what it measures, is remembered. */
export class Maps {
  constructor(ask, setup, bar) {
    Object.assign(this, { ask, setup, bar, turn: 0 });
    this.chosen = { map: "kinds", against: "people", pair: ["bert", "llm_head"], ...recall() };
    this.choice = h("div.map-choice");
    this.area = h("div.map-area");
    this.element = h("section.maps", {}, this.choice, this.area);
    this.drawChoice();
  }

  /** Give the keyboard the map's present cell, or else the choice of maps. */
  focus() {
    (this.area.querySelector("[tabindex='0']") ?? this.choice.querySelector("button")).focus();
  }

  drawChoice() {
    const { map, against } = this.chosen;
    const pick = (name, values, value, words) =>
      choice(name, values, value, words, (wish) => this.choose({ [name]: wish }));
    keepingFocus(this.choice, () =>
      fill(
        this.choice,
        pick("map", MAPS, map, (one) => t(`map.${one}`)),
        map === "labels" && pick("against", AGAINST, against, (one) => t(`against.${one}`)),
        map === "pairs" && this.pairChoice(),
      ),
    );
  }

  /** Two selects: who says something, and who says something else; the same one twice swaps them. */
  pairChoice() {
    const [mine, theirs] = this.chosen.pair;
    const select = (place, value) =>
      h(
        "select",
        {
          "aria-label": t(`pairs.${place}`),
          "data-key": place,
          onchange: ({ target }) => {
            const other = place === "classifier" ? theirs : mine;
            const rest = target.value === other ? value : other;
            this.choose({ pair: place === "classifier" ? [target.value, rest] : [rest, target.value] });
          },
        },
        CLASSIFIERS.map((name) => h("option", { value: name, selected: name === value }, t(`classifier.${name}`))),
      );
    return h("span.pair-choice", {}, select("classifier", mine), t("pairs.against"), select("rival", theirs));
  }

  choose(wish) {
    Object.assign(this.chosen, wish);
    localStorage.setItem("news-triage.maps", JSON.stringify(this.chosen));
    this.drawChoice();
    this.load();
  }

  async load() {
    const turn = (this.turn += 1);
    try {
      const drawn = await this[this.chosen.map](this.bar.filter);
      if (turn === this.turn) keepingFocus(this.area, () => fill(this.area, drawn));
    } catch (error) {
      if (turn === this.turn) fill(this.area, h("p.notice.bad", { role: "alert" }, error.message));
    }
  }

  /** A second press on a chosen cell takes it back. */
  cell(count, stance, extra) {
    const now = this.bar.filter;
    const chosen = Object.entries(stance).every(([field, value]) => now[field] === value);
    const none = Object.fromEntries(Object.keys(stance).map((field) => [field, ""]));
    return {
      count,
      chosen,
      key: JSON.stringify(stance),
      choose: () => this.bar.use({ ...this.bar.filter, ...(chosen ? none : stance) }),
      ...extra,
    };
  }

  async kinds(filter) {
    const { counts } = await this.ask.kinds({ filter });
    const { kinds, bands } = this.setup;
    const known = (wish) =>
      counts.filter((one) => Object.entries(wish).every(([field, value]) => one[field] === value));
    const sum = (rows) => rows.reduce((all, { count }) => all + count, 0);
    const cells = (kind) => [
      ...bands.map((band) =>
        this.cell(sum(known({ kind, band })), { kind, band }, { name: `${t(`kind.${kind}`)}, ${t(`band.${band}`)}` }),
      ),
      this.cell(sum(known({ kind })), { kind, band: "" }, { name: t(`kind.${kind}`), tone: "sum", scale: false }),
    ];
    const silent = sum(known({ kind: "" }));
    const columns = bands.map((band) => ({ text: t(`band.${band}`), title: t("band.hint") }));
    return [
      heatmap({
        name: t("map.kinds"),
        heads: [[{ text: t("filter.kind") }, ...columns, { text: t("disagreements.sum") }]],
        rows: kinds.map((kind) => ({ head: h("th", { scope: "row" }, t(`kind.${kind}`)), cells: cells(kind) })),
      }),
      beside(t("map.kinds_hint"), silent > 0 && tn("disagreements.silent", silent)),
    ];
  }

  async labels(filter) {
    const { against } = this.chosen;
    const { map } = await this.ask.stances({ filter, against });
    const hint = beside(t(`against.${against}_hint`, { n: number(map.items) }), !map.rows.length && t("map.none"));
    if (!map.rows.length) return hint;
    const cells = (label, counts, extra) =>
      CLASSIFIERS.flatMap((classifier) =>
        map.stances.map((stance, place) => {
          const wish = { ...NO_CELL, label, classifier, stance };
          return this.cell(counts[classifier][stance], wish, {
            name: stanceWords(wish),
            tone: place ? "little" : "much",
            ...extra,
          });
        }),
      );
    const signs = [
      { text: "+", title: t("map.much") },
      { text: "−", title: t("map.little") },
    ];
    const head = (text, note) => h("th", { scope: "row" }, text, note && h("small", {}, note));
    const heads = [
      [{ text: "" }, ...CLASSIFIERS.map((name) => ({ text: t(`classifier.${name}`), span: 2 }))],
      [{ text: t("filter.label") }, ...CLASSIFIERS.flatMap(() => signs)],
    ];
    const rows = map.rows.map((row) => ({
      head: head(row.label, tn("map.train", row.train, { band: t(`band.${row.band}`) })),
      cells: cells(row.label, row.counts),
    }));
    const all = {
      head: head(t("map.any_label")),
      cells: cells("", map.any_label, { tone: "sum narrow", scale: false }),
    };
    return [heatmap({ name: t("map.labels"), heads, rows: [all, ...rows], tall: true }), hint];
  }

  async pairs(filter) {
    const [classifier, rival] = this.chosen.pair;
    const { map } = await this.ask.pairs({ filter, classifier, rival });
    if (!map.pairs.length) return beside(t("pairs.none"));
    const said = (label) => (label ? label : h("i.faint", {}, t("stance.nothing")));
    const rows = map.pairs.map(({ label, rival_label: theirs, count }) => {
      const wish = { classifier, stance: "instead", rival, label, rival_label: theirs };
      const head = [h("th", { scope: "row" }, said(label)), h("td.theirs", {}, said(theirs))];
      return { head, cells: [this.cell(count, wish, { name: stanceWords(wish), tone: "wide" })] };
    });
    const says = (name) => ({ text: t("pairs.says", { classifier: t(`classifier.${name}`) }) });
    const heads = [[says(classifier), says(rival), { text: t("pairs.items") }]];
    return [
      heatmap({ name: t("map.pairs"), heads, rows, tall: true }),
      beside(t("pairs.hint", { shown: number(map.pairs.length), n: number(map.total) })),
    ];
  }
}

/** What stands beside a map: what it counts, and what else is to be known. */
const beside = (hint, note) => h("div.map-words", {}, h("p.hint", {}, hint), note && h("p.silent", {}, note));

/** A few buttons of which one is pressed. */
function choice(name, values, chosen, words, choose) {
  return h(
    "div.switch",
    { role: "group", "aria-label": name === "map" ? t("map.choose") : t("against.choose") },
    values.map((value) =>
      h(
        "button",
        {
          type: "button",
          "data-key": `${name}-${value}`,
          "aria-pressed": String(value === chosen),
          onclick: () => choose(value),
        },
        words(value),
      ),
    ),
  );
}

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem("news-triage.maps")) ?? {};
    const sound = MAPS.includes(kept.map) && AGAINST.includes(kept.against) && new Set(kept.pair).size === 2;
    return sound && kept.pair.every((name) => CLASSIFIERS.includes(name)) ? kept : {};
  } catch {
    return {};
  }
}
