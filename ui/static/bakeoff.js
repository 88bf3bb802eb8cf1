// The bake-off tab: what is compared, how far it has come, the table with its charts, and which row becomes a candidate.
import { charts } from "./bakeoff_charts.js";
import { PlanForm } from "./bakeoff_plan.js";
import { ResultTable } from "./bakeoff_table.js";
import { fill, h } from "./dom.js";
import { JobCard, UNFINISHED } from "./jobs.js";
import { keepingFocus } from "./roving.js";
import { asking } from "./server.js";
import { sure } from "./sure.js";
import { date, t, tn } from "./words.js";

const BUSY = 1500,
  IDLE = 8000;

export function mount({ element, server }) {
  // Jobs and charts look as they do on the retrain tab.
  element.classList.add("nt-retrain");
  new Bakery(element, asking(server)).run();
}

class Bakery {
  constructor(element, ask) {
    Object.assign(this, { element, ask, chosen: null, mark: null, open: false, turn: 0 });
    this.status = h("p.status", { role: "status", "aria-live": "polite" });
    this.form = new PlanForm(ask, () => this.start());
    this.card = new JobCard({ cancel: (id) => this.cancel(id), more: () => this.toggle() });
    this.choice = h("select", { "aria-label": t("bakeoff.which"), onchange: () => this.choose(Number(this.choice.value)) });
    this.links = h("span.exports");
    this.head = h("div.section-head", { hidden: true }, h("h2", {}, t("bakeoff.results")), this.choice, this.links);
    this.job = h("div.jobs");
    this.advice = h("section.advice", { hidden: true });
    this.table = new ResultTable((row) => this.candidate(row));
    this.charts = h("section.bakeoff-charts");
    fill(element, this.form.element, this.status, this.head, this.job, this.advice, this.table.element, this.charts);
    new IntersectionObserver(([seen]) => seen.isIntersecting && this.state && this.run()).observe(element);
  }

  /** Poll: often while a bake-off runs, now and then otherwise, never for a page that nobody sees. */
  async run() {
    if (!document.hidden && (this.element.offsetParent || !this.state)) await this.refresh();
    clearTimeout(this.timer);
    const busy = UNFINISHED.includes(this.state?.job?.status);
    this.timer = setTimeout(() => this.run(), busy ? BUSY : IDLE);
  }

  async refresh() {
    // Only the answers to the last question count.
    const turn = (this.turn += 1);
    try {
      if (!this.form.offered) await this.form.offer();
      const state = await this.ask.state({ bake_off: this.chosen });
      if (turn !== this.turn) return;
      this.show(state);
      const mark = `${state.chosen} ${state.mark}`;
      if (mark !== this.mark) {
        const table = state.chosen && (await this.ask.table({ bake_off: state.chosen })).table;
        if (turn !== this.turn) return;
        if (table) this.showTable(table);
        this.mark = mark;
      }
      if (this.silent) this.tell("");
      this.silent = false;
    } catch (error) {
      if (turn !== this.turn) return;
      this.silent = true;
      this.tell(error.message, "bad");
    }
  }

  show(state) {
    this.state = state;
    const { bake_offs: all, chosen, job } = state;
    this.form.busy(all.some((one) => UNFINISHED.includes(one.status)));
    this.head.hidden = !all.length;
    if (!chosen) return;
    const options = all.map((one) => named(one)).join("\n");
    if (options !== this.options) {
      this.options = options;
      fill(this.choice, all.map((one) => h("option", { value: one.id }, named(one))));
    }
    this.choice.value = chosen;
    fill(
      this.links,
      ["csv", "md"].map((form) =>
        h("a", { href: `download/bake-off-${chosen}.${form}`, download: "" }, t(`bakeoff.as_${form}`)),
      ),
    );
    const card = this.card.show({ ...job, curves: {} }, this.open);
    if (!this.job.children.length) fill(this.job, card);
  }

  showTable(table) {
    this.advice.hidden = !table.advice.length;
    fill(this.advice, h("h2", {}, t("bakeoff.advice")), h("ul", {}, table.advice.map((one) => h("li", {}, one.why))));
    this.table.show(table.rows);
    keepingFocus(this.charts, () => fill(this.charts, charts(table)));
  }

  async choose(id) {
    this.chosen = id;
    this.open = false;
    await this.refresh();
  }

  toggle() {
    this.open = !this.open;
    this.card.show({ ...this.state.job, curves: {} }, this.open);
  }

  start() {
    return this.act(async () => {
      this.chosen = (await this.ask.start(this.form.wish)).id;
    }, t("bakeoff.started"));
  }

  cancel(id) {
    return this.act(() => this.ask.cancel({ job_id: id }), t("bakeoff.cancelling"));
  }

  async candidate(row) {
    const names = { classifier: t(`classifier.${row.classifier}`), n: row.number, recipe: row.recipe };
    const follows = [t("bakeoff.candidate_waits", names), t("bakeoff.candidate_live", names)];
    const agreed = await sure({ title: t("bakeoff.candidate_sure", names), follows, yes: t("bakeoff.candidate") });
    if (!agreed) return;
    await this.act(() => this.ask.candidate({ version_id: row.version_id }), t("bakeoff.candidate_made", names));
  }

  async act(change, done) {
    try {
      await change();
      this.tell(done, "good");
    } catch (error) {
      this.tell(error.message, "bad");
    }
    await this.run();
  }

  tell(text, mood = "") {
    this.status.textContent = text;
    this.status.className = `status ${mood}`;
  }
}

const named = ({ id, created_at: at, runs, status, person }) =>
  [t("bakeoff.name", { n: id }), date(at), tn("bakeoff.runs", runs), t(`job.${status}`), person]
    .filter(Boolean)
    .join(" · ");
