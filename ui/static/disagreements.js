// The disagreements tab: a map of kind × band, the filtered table, and the CSV of exactly this filter.
import { chip, fill, h } from "./dom.js";
import { filterBar } from "./filterbar.js";
import { openItem } from "./go.js";
import { CLASSIFIERS } from "./matrix.js";
import { asking } from "./server.js";
import { date, number, score, t, tn } from "./words.js";

const ROWS = 25;

export async function mount({ element, server }) {
  const ask = asking(server);
  try {
    const setup = await ask.setup();
    new Dashboard(element, ask, setup).load();
  } catch (error) {
    fill(
      element,
      h(
        "p.notice.bad",
        { role: "alert" },
        error.message,
        " ",
        h("button", { onclick: () => mount({ element, server }) }, t("retry")),
      ),
    );
  }
}

class Dashboard {
  constructor(element, ask, setup) {
    Object.assign(this, { ask, setup, offset: 0, turn: 0 });
    this.bar = filterBar({
      setup,
      name: "disagreements",
      start: { state: "" },
      changed: () => {
        this.offset = 0;
        this.load();
      },
    });
    window.addEventListener("news-triage:data", async () => this.bar.offer(await ask.setup().catch(() => setup)));
    this.map = h("div.map-area");
    this.table = h("div.table-area");
    this.pages = h("div.pages");
    this.status = h("span.status", { role: "status" });
    this.download = h("a.button.primary", { download: "" }, t("disagreements.export"));
    fill(element, h("div.top", {}, this.bar.element, this.status, this.download), this.map, this.table, this.pages);
  }

  async load() {
    // Only the answer to the last question counts.
    const turn = (this.turn += 1);
    const { filter } = this.bar;
    this.download.href = `download/disagreements.csv?${new URLSearchParams(filter)}`;
    try {
      const answer = await this.ask.page({ filter, limit: ROWS, offset: this.offset });
      if (turn === this.turn) this.show(answer);
    } catch (error) {
      if (turn === this.turn) this.status.textContent = error.message;
    }
  }

  show({ rows, total, counts }) {
    this.status.textContent = tn("disagreements.found", total);
    fill(this.map, heat(counts, this.setup, this.bar));
    fill(
      this.table,
      rows.length
        ? table(rows)
        : h("p.hint", {}, t(counts.length ? "disagreements.none" : "disagreements.nothing_yet")),
    );
    fill(
      this.pages,
      total > ROWS && [
        this.step(-ROWS, t("pages.back"), this.offset > 0),
        h(
          "span",
          {},
          t("pages.at", {
            from: number(this.offset + 1),
            to: number(Math.min(total, this.offset + ROWS)),
            total: number(total),
          }),
        ),
        this.step(ROWS, t("pages.next"), this.offset + ROWS < total),
      ],
    );
  }

  step(by, name, possible) {
    return h(
      "button",
      {
        type: "button",
        disabled: !possible,
        onclick: () => {
          this.offset += by;
          this.load();
        },
      },
      name,
    );
  }
}

function heat(counts, setup, bar) {
  const at = new Map(counts.map(({ kind, band, count }) => [`${kind}/${band}`, count]));
  const most = Math.max(1, ...counts.filter(({ kind }) => setup.kinds.includes(kind)).map(({ count }) => count));
  const silent = counts.filter(({ kind }) => !kind).reduce((sum, { count }) => sum + count, 0);
  const { kind: chosenKind, band: chosenBand } = bar.filter;
  const cell = (kind, band) => {
    const count = at.get(`${kind}/${band}`) ?? 0;
    const chosen = chosenKind === kind && chosenBand === band;
    return h(
      "td",
      {},
      h(
        "button.heat",
        {
          type: "button",
          "aria-pressed": String(chosen),
          style: { "--heat": `${Math.round(75 * Math.sqrt(count / most))}%` },
          disabled: !count && !chosen,
          onclick: () => bar.use({ ...bar.filter, kind: chosen ? "" : kind, band: chosen ? "" : band }),
        },
        number(count),
      ),
    );
  };
  const row = (kind) => {
    const sum =
      setup.bands.reduce((all, band) => all + (at.get(`${kind}/${band}`) ?? 0), 0) + (at.get(`${kind}/`) ?? 0);
    const chosen = chosenKind === kind && !chosenBand;
    return h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        h(
          "button.link",
          {
            type: "button",
            "aria-pressed": String(chosen),
            onclick: () => bar.use({ ...bar.filter, kind: chosen ? "" : kind, band: "" }),
          },
          t(`kind.${kind}`),
        ),
      ),
      setup.bands.map((band) => cell(kind, band)),
      h("td.sum", {}, number(sum)),
    );
  };
  return h(
    "table.map",
    { "aria-label": t("disagreements.map") },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", {}, t("filter.kind")),
        setup.bands.map((band) => h("th", { scope: "col", title: t("band.hint") }, t(`band.${band}`))),
        h("th", {}, t("disagreements.sum")),
      ),
    ),
    h("tbody", {}, setup.kinds.map(row)),
    silent > 0 && h("tfoot", {}, h("tr", {}, h("td", { colspan: 5 }, tn("disagreements.silent", silent)))),
  );
}

function table(rows) {
  const heads = ["text", ...CLASSIFIERS.map((name) => `classifier.${name}`), "item.truth", "filter.kind"];
  return h(
    "table.rows",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((name) => h("th", { scope: "col" }, t(name === "text" ? "disagreements.text" : name))),
      ),
    ),
    h("tbody", {}, rows.map(line)),
  );
}

function line(row) {
  const open = (event) => {
    event.preventDefault();
    openItem(row.item_id);
  };
  const origin = row.truth && [t(`origin.${row.origin}`), row.annotator].filter(Boolean).join(" · ");
  return h(
    "tr",
    {},
    h(
      "td.wide",
      {},
      h("a", { href: `?item=${row.item_id}`, onclick: open }, row.text),
      h("small", {}, [row.source, date(row.published_at)].filter(Boolean).join(" · ")),
    ),
    CLASSIFIERS.map((name) => h("td", { "data-head": t(`classifier.${name}`) }, said(row.said[name]))),
    h(
      "td",
      { "data-head": t("item.truth") },
      row.truth ? [labels(row.truth), h("small", {}, origin)] : h("span.faint", {}, "–"),
    ),
    h(
      "td",
      {},
      row.kind && h("span.kind", { class: row.kind }, t(`kind.${row.kind}`)),
      row.band && h("small", {}, t(`band.${row.band}`)),
    ),
  );
}

const labels = (names, scores) =>
  names.length
    ? names.map((name) => [chip(name), scores && h("small", {}, score(scores[name]))])
    : chip(t("label.none"), "none");
const said = (view) => (view ? labels(view.labels, view.scores) : h("span.faint", {}, "–"));
