// The disagreements tab: maps of who differs from whom on what, the items of a cell, and the CSV of exactly this filter.
import { columnChoice } from "./csv_columns.js";
import { rowTable } from "./disagreement_rows.js";
import { fill, h } from "./dom.js";
import { filterBar } from "./filterbar.js";
import { goTo, workThrough } from "./go.js";
import { Maps } from "./maps.js";
import { keepingFocus } from "./roving.js";
import { asking } from "./server.js";
import { NO_STANCE, stanceWords } from "./stances.js";
import { number, t, tn } from "./words.js";

const ROWS = 25;

export async function mount({ element, server }) {
  const ask = asking(server);
  try {
    const setup = await ask.setup();
    new Dashboard(element, ask, setup);
  } catch (error) {
    const again = h("button", { type: "button", onclick: () => mount({ element, server }) }, t("retry"));
    fill(element, h("p.notice.bad", { role: "alert" }, error.message, " ", again));
  }
}

class Dashboard {
  constructor(element, ask, setup) {
    Object.assign(this, { ask, offset: 0, turn: 0 });
    this.bar = filterBar({
      setup,
      name: "disagreements",
      start: { state: "", ...NO_STANCE },
      changed: (filter) => this.narrow(filter),
    });
    this.named = this.bar.filter.label;
    this.maps = new Maps(ask, setup, this.bar);
    this.columns = columnChoice(setup.columns, () => this.link());
    this.cell = h("span.cell-line");
    this.table = h("div.table-area");
    this.pages = h("div.pages");
    this.status = h("span.status", { role: "status" });
    this.download = h("a.button.primary", { download: "" }, t("disagreements.export"));
    const filters = h("div.top", {}, this.bar.element);
    const onward = () => workThrough(this.bar.filter);
    this.onward = h("button", { type: "button", onclick: onward }, t("disagreements.triage"));
    const head = h("div.top.list-head", {}, this.status, this.cell, this.onward, this.columns.element, this.download);
    fill(element, filters, this.maps.element, head, this.table, this.pages);
    window.addEventListener("news-triage:data", async () => this.bar.offer(await ask.setup().catch(() => setup)));
    // Whoever comes back from another tab has often changed there what is counted here; the first sight counts too.
    new IntersectionObserver(([seen]) => seen.isIntersecting && this.loadAll()).observe(element);
  }

  /** Take up a changed filter. A label chosen by hand is no longer that of a cell. */
  narrow(filter) {
    const byHand = filter.stance && filter.stance === this.stance && filter.label !== this.named;
    Object.assign(this, { offset: 0, named: filter.label, stance: filter.stance });
    if (byHand) this.bar.use({ ...filter, ...NO_STANCE }, { quiet: true });
    this.loadAll();
  }

  loadAll() {
    this.stance = this.bar.filter.stance;
    this.maps.load();
    this.load();
  }

  link() {
    const none = this.columns.none;
    const query = new URLSearchParams([...Object.entries(this.bar.filter), ...this.columns.query]);
    this.download.toggleAttribute("aria-disabled", none);
    this.download.title = none ? t("columns.choose_one") : "";
    if (none) this.download.removeAttribute("href");
    else this.download.href = `download/disagreements.csv?${query}`;
  }

  async load() {
    // Only the answer to the last question counts.
    const turn = (this.turn += 1);
    const { filter } = this.bar;
    this.link();
    this.showCell(filter);
    try {
      const answer = await this.ask.page({ filter, limit: ROWS, offset: this.offset });
      if (turn === this.turn) this.show(answer);
    } catch (error) {
      if (turn === this.turn) this.status.textContent = error.message;
    }
  }

  showCell(filter) {
    const words = stanceWords(filter);
    const close = () => {
      this.bar.use({ ...filter, ...NO_STANCE, label: "" });
      this.maps.focus();
    };
    const button = h("button.link", { type: "button", onclick: close }, t("stance.close"));
    fill(this.cell, words && [h("b", {}, words), button]);
  }

  show({ rows, total }) {
    if (!rows.length && this.offset) return this.turnTo(Math.max(0, Math.ceil(total / ROWS) - 1) * ROWS);
    this.status.textContent = tn("disagreements.found", total);
    this.onward.disabled = !total;
    fill(this.table, rows.length ? rowTable(rows) : this.emptyWords());
    const at = { from: number(this.offset + 1), to: number(this.offset + rows.length), total: number(total) };
    const steps = total > ROWS && [
      this.step(-ROWS, t("pages.back"), this.offset > 0),
      h("span", {}, t("pages.at", at)),
      this.step(ROWS, t("pages.next"), this.offset + ROWS < total),
    ];
    keepingFocus(this.pages, () => fill(this.pages, steps));
  }

  emptyWords() {
    const { filter } = this.bar;
    const narrowed = Object.entries(filter).some(([field, value]) => value && field !== "order");
    if (narrowed) return h("p.hint", {}, t("disagreements.none"));
    const bring = h("button.primary", { type: "button", onclick: () => goTo("data") }, t("rest.import"));
    return [h("p.hint", {}, t("disagreements.nothing_yet")), bring];
  }

  step(by, name, possible) {
    const turn = () => this.turnTo(this.offset + by).then(() => this.table.scrollIntoView({ block: "start" }));
    return h("button", { type: "button", "data-key": by, disabled: !possible, onclick: turn }, name);
  }

  turnTo(offset) {
    this.offset = offset;
    return this.load();
  }
}
