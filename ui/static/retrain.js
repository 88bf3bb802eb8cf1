// The retrain tab: the plan and its one button, the jobs, and what the versions are worth. Shows what the server says, in every tab the same.
import { comparison, history, perLabel } from "./compare.js";
import { fill, h } from "./dom.js";
import { jobCard, UNFINISHED } from "./jobs.js";
import { asking } from "./server.js";
import { span, t, tn } from "./words.js";

const BUSY = 1000,
  IDLE = 8000;

export function mount({ element, server }) {
  new Workshop(element, asking(server)).run();
}

class Workshop {
  constructor(element, ask) {
    Object.assign(this, { element, ask, open: new Map(), state: null, shown: "" });
    this.status = h("p.status", { role: "status", "aria-live": "polite" });
    this.parts = Object.fromEntries(["plan", "jobs", "compare"].map((name) => [name, h(`section.${name}`)]));
    fill(element, this.parts.plan, this.status, this.parts.jobs, this.parts.compare);
  }

  /** Poll: often while a job runs, now and then otherwise, never for a page that nobody sees. */
  async run() {
    if (!document.hidden && (this.element.offsetParent || !this.state)) await this.refresh();
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    const busy = this.state?.jobs.some((job) => UNFINISHED.includes(job.status));
    this.timer = setTimeout(() => this.run(), busy ? BUSY : IDLE);
  }

  async refresh() {
    try {
      const state = await this.ask.state();
      if (this.silent) this.tell("");
      this.silent = false;
      this.show(state);
    } catch (error) {
      this.silent = true;
      this.tell(error.message, "bad");
    }
  }

  show(state) {
    this.state = state;
    fill(
      this.parts.plan,
      plan(state, () => this.act("start", {}, t("retrain.started"))),
    );
    fill(
      this.parts.jobs,
      state.jobs.length > 0 && h("h2", {}, t("jobs.title")),
      state.jobs.map((job) => this.card(job)),
    );
    // Tables are drawn again only when they changed, so that nobody loses their place in them.
    const drawn = JSON.stringify([state.versions, state.metrics]);
    if (drawn === this.shown) return;
    this.shown = drawn;
    const acts = {
      promote: (id) => this.act("promote", { version_id: id }, t("version.promoted")),
      rollback: (classifier) =>
        confirm(t("version.rollback_sure", { classifier: t(`classifier.${classifier}`) })) &&
        this.act("rollback", { classifier }, t("version.rolled_back")),
    };
    fill(
      this.parts.compare,
      h("h2", {}, t("versions.title")),
      comparison({ ...state, ...acts }),
      perLabel(state),
      history(state),
    );
  }

  card(job) {
    const kept = this.parts.jobs.querySelector(`[data-job="${job.id}"] .log`);
    const card = jobCard(this.open.get(job.id) ?? job, {
      open: this.open.has(job.id),
      cancel: (id) => this.act("cancel", { job_id: id }, t("job.cancelling")),
      more: (id) => this.more(id),
    });
    const log = card.querySelector(".log");
    if (log && kept) log.open = kept.open;
    return card;
  }

  async more(id) {
    if (!this.open.delete(id)) {
      const answer = await this.ask.job({ job_id: id }).catch((error) => this.tell(error.message, "bad"));
      if (answer) this.open.set(id, answer.job);
    }
    this.show(this.state);
  }

  async act(name, fields, done) {
    try {
      await this.ask[name](fields);
      this.tell(done, "good");
    } catch (error) {
      this.tell(error.message, "bad");
    }
    await this.refresh();
    // What was just started is busy now, not only after the idle pause that was under way.
    this.schedule();
  }

  tell(text, mood = "") {
    this.status.textContent = text;
    this.status.className = `status ${mood}`;
  }
}

function plan({ plan: it, jobs }, start) {
  const running = jobs.find((job) => job.kind === "retrain" && UNFINISHED.includes(job.status));
  const since = Object.entries(it.since)
    .map(([name, n]) => `${t(`classifier.${name}`)} v${n}`)
    .join(t("list.comma"));
  const news = since ? tn("plan.corrections", it.new_annotations, { since }) : t("plan.first");
  const facts = [
    news,
    since && it.labels_touched > 0 && tn("plan.labels", it.labels_touched),
    it.last_seconds != null && t("plan.last", { span: span(it.last_seconds) }),
  ].filter(Boolean);
  return h(
    "div.plan-card",
    {},
    h(
      "button.primary.big",
      { type: "button", id: "retrain-button", disabled: Boolean(running), onclick: start },
      t(running ? "retrain.running" : "retrain.button"),
    ),
    h(
      "div",
      {},
      h(
        "p",
        {},
        facts.map((fact) => h("span", {}, fact)),
      ),
      h("small", {}, t("retrain.hint")),
    ),
  );
}
