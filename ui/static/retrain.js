// The retrain tab: the plan and its one button, the jobs, and what the versions are worth. Shows what the server says, in every tab the same.
import { Changes } from "./changes.js";
import { comparison } from "./compare.js";
import { fill, h } from "./dom.js";
import { JobCard, UNFINISHED } from "./jobs.js";
import { CLASSIFIERS } from "./matrix.js";
import { perLabel } from "./per_label.js";
import { Recipes } from "./recipes.js";
import { forLeads } from "./role.js";
import { keepingFocus } from "./roving.js";
import { asking } from "./server.js";
import { sure } from "./sure.js";
import { History } from "./versions.js";
import { span, t, tn } from "./words.js";

const BUSY = 1000,
  IDLE = 8000;

export function mount({ element, server }) {
  new Workshop(element, asking(server)).run();
}

class Workshop {
  constructor(element, ask) {
    Object.assign(this, { element, ask, open: new Map(), cards: new Map(), state: null, mark: null, turn: 0 });
    this.status = h("p.status", { role: "status", "aria-live": "polite" });
    this.history = new History();
    this.changes = new Changes(ask);
    this.recipes = new Recipes(() => this.refresh());
    this.parts = Object.fromEntries(["plan", "jobs", "compare", "labels"].map((name) => [name, h(`section.${name}`)]));
    const { plan, jobs, compare, labels } = this.parts;
    fill(element, forLeads(), plan, this.recipes.element, this.status, jobs, compare, this.changes.element, this.history.element, labels);
    // Whoever comes to this tab sees what is true now, not what was when it was left.
    new IntersectionObserver(([seen]) => seen.isIntersecting && this.state && this.run()).observe(element);
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
    // Only the answers to the last question count.
    const turn = (this.turn += 1);
    try {
      if (!this.recipes.rows.size) this.recipes.offer((await this.ask.recipes()).recipes);
      const state = await this.ask.state(this.recipes.chosen());
      if (turn !== this.turn) return;
      if (this.silent) this.tell("");
      this.silent = false;
      this.show(state);
      if (state.mark !== this.mark) {
        const versions = await this.ask.versions();
        if (turn !== this.turn) return;
        this.showVersions(versions);
        this.mark = state.mark;
      }
    } catch (error) {
      if (turn !== this.turn) return;
      this.silent = true;
      this.tell(error.message, "bad");
    }
  }

  show(state) {
    this.state = state;
    keepingFocus(this.parts.plan, () =>
      fill(
        this.parts.plan,
        plan(state, this.recipes.chosen(), () => this.start()),
      ),
    );
    this.showJobs(state.jobs);
  }

  /** What is chosen when the button is pressed counts, though the plan of an earlier choice may still be shown. */
  start() {
    return this.act("start", { ...this.recipes.chosen(), anew: this.recipes.anew }, t("retrain.started"));
  }

  /** Cards stay where they are and change in place; nobody loses the focus or their place in a log. */
  showJobs(jobs) {
    const list = this.parts.jobs;
    const wanted = jobs.map((job) => this.card(job));
    const title = jobs.length > 0 && (list.querySelector("h2") ?? h("h2", {}, t("jobs.title")));
    const now = [title, ...wanted].filter(Boolean);
    if (now.length !== list.children.length || now.some((node, place) => node !== list.children[place]))
      fill(list, now);
  }

  card(job) {
    if (!this.cards.has(job.id)) {
      const cancel = (id) => this.act("cancel", { job_id: id }, t("job.cancelling"));
      this.cards.set(job.id, new JobCard({ cancel, more: (id) => this.more(id) }));
    }
    return this.cards.get(job.id).show(this.open.get(job.id) ?? job, this.open.has(job.id));
  }

  async more(id) {
    if (!this.open.delete(id)) {
      const answer = await this.ask.job({ job_id: id }).catch((error) => this.tell(error.message, "bad"));
      if (answer) this.open.set(id, answer.job);
    }
    this.showJobs(this.state.jobs);
  }

  showVersions({ versions, metrics, labels }) {
    const acts = {
      promote: (version) => this.promote(version),
      rollback: (version) => this.rollback(version, versions),
    };
    const { compare } = this.parts;
    keepingFocus(compare, () =>
      fill(compare, h("h2", {}, t("versions.title")), comparison({ versions, metrics, ...acts })),
    );
    this.changes.offer(versions);
    this.history.show(versions, acts);
    fill(this.parts.labels, perLabel({ metrics, labels }));
  }

  async promote(version) {
    const names = named(version);
    const follows = [
      t("version.promote_serves", names),
      t("version.promote_predicts"),
      t("version.promote_back", names),
    ];
    const agreed = await sure({ title: t("version.promote_sure", names), follows, yes: t("version.promote") });
    if (agreed) await this.act("promote", { version_id: version.id }, t("version.promoted", names));
  }

  async rollback(version, versions) {
    const back = versions.find((one) => one.classifier === version.classifier && one.returns);
    const names = { ...named(version), before: back?.number };
    const follows = [
      t("version.rollback_serves", names),
      t("version.rollback_keeps", names),
      t("version.promote_predicts"),
    ];
    const agreed = await sure({ title: t("version.rollback_sure", names), follows, yes: t("version.rollback") });
    if (agreed) await this.act("rollback", { classifier: version.classifier }, t("version.rolled_back", names));
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

const named = ({ classifier, number }) => ({ classifier: t(`classifier.${classifier}`), n: number });

function plan({ plan: it, jobs }, chosen, start) {
  const running = jobs.find((job) => job.kind === "retrain" && UNFINISHED.includes(job.status));
  return h(
    "div.plan-card",
    {},
    h(
      "button.primary.big.for-leads",
      {
        type: "button",
        id: "retrain-button",
        "data-key": "retrain",
        "aria-describedby": "retrain-plan",
        disabled: Boolean(running) || !it,
        onclick: start,
      },
      running ? t("retrain.running") : asks(chosen.classifiers),
    ),
    h("div", {}, h("p", { id: "retrain-plan" }, it ? facts(it) : t("recipes.none")), h("small", {}, t("retrain.hint"))),
  );
}

/** "312 corrections since version 7, 41 labels touched, about 3 minutes". */
function facts(it) {
  const hasLearned = Object.keys(it.since).length > 0;
  const news = hasLearned
    ? [
        tn("plan.corrections", it.new_annotations, { since: since(it.since) }),
        it.new_annotations > 0 && tn("plan.labels", it.labels_touched),
      ]
    : [t("plan.first")];
  // Of a first training only its limit is known.
  const expected = t(hasLearned ? "plan.expected" : "plan.longest", { span: span(it.expected_seconds) });
  return [...news, expected].filter(Boolean).join(t("plan.separator"));
}

/** What the button says: all three, or which of them. */
function asks(classifiers) {
  if (classifiers.length === CLASSIFIERS.length || !classifiers.length) return t("retrain.button");
  return t("retrain.button_some", { names: classifiers.map((name) => t(`classifier.${name}`)).join(t("list.comma")) });
}

/** "version 7" where all have the same number, else each by its name. */
function since(numbers) {
  const distinct = new Set(Object.values(numbers));
  if (distinct.size === 1) return t("plan.version", { n: [...distinct][0] });
  return Object.entries(numbers)
    .map(([name, n]) => `${t(`classifier.${name}`)} v${n}`)
    .join(t("list.comma"));
}
