// One card a job: progress, remaining time, outcomes, curves, the end of its log, and a way to stop it. Redrawn in place.
import { chart } from "./chart.js";
import { fill, h } from "./dom.js";
import { workThrough } from "./go.js";
import { LogTail } from "./log_tail.js";
import { CLASSIFIERS } from "./matrix.js";
import { f1, moment, percent, span, t, tn } from "./words.js";

export const UNFINISHED = ["queued", "running"];

export class JobCard {
  /** `cancel` and `more` are called with the job's id. */
  constructor({ cancel, more }) {
    this.log = new LogTail();
    this.name = h("b");
    this.badge = h("span");
    this.facts = h("span.faint");
    this.stop = h("button.for-leads", { type: "button", onclick: () => cancel(this.job.id) }, t("job.cancel"));
    this.toggle = h("button.link", { type: "button", onclick: () => more(this.job.id) });
    this.bar = h("progress", { max: 1, "aria-label": t("job.progress") });
    this.share = h("b");
    this.left = h("span.faint");
    this.progress = h("div.progress", {}, this.bar, this.share, this.left);
    this.message = h("p.message");
    this.outcomes = h("ul.outcomes");
    this.charts = h("div.charts");
    this.details = h("div.details", {}, this.charts, this.log.element);
    const head = h("header", {}, this.name, this.badge, this.facts, this.stop, this.toggle);
    this.element = h("article", {}, head, this.progress, this.message, this.outcomes, this.details);
  }

  /** Show the job as it is now. `open`: somebody wants to see curves and log of a job that has ended. */
  show(job, open) {
    const unfinished = UNFINISHED.includes(job.status);
    this.job = job;
    this.element.className = `job ${job.status}`;
    Object.assign(this.element.dataset, { job: job.id, kind: job.kind });
    this.name.textContent = t(`job.${job.kind}`, { n: job.id });
    this.badge.className = `badge ${job.status}`;
    this.badge.textContent = t(`job.${job.status}`);
    this.facts.textContent = [job.person, moment(job.started_at), took(job)].filter(Boolean).join(" · ");
    this.stop.hidden = !unfinished;
    this.toggle.hidden = unfinished;
    this.toggle.textContent = open ? t("job.less") : t(job.kind === "retrain" ? "job.more" : "job.log");
    this.toggle.setAttribute("aria-expanded", String(open));
    this.showProgress(job, unfinished);
    this.message.textContent = job.message;
    this.showDetails(job, unfinished || open);
    return this.element;
  }

  showProgress(job, unfinished) {
    this.progress.hidden = !unfinished;
    this.bar.value = job.progress;
    this.share.textContent = percent(job.progress);
    this.left.textContent = job.seconds_left == null ? "" : t("job.left", { span: span(job.seconds_left) });
  }

  showDetails(job, seen) {
    fill(this.outcomes, job.kind === "retrain" && outcomes(job.metrics));
    this.details.hidden = !seen;
    if (!seen) return;
    this.log.show(job.log ?? "");
    if (job.status === "failed") this.log.element.open = true;
    const drawn = JSON.stringify(job.curves);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const pick = (loss) =>
      Object.fromEntries(Object.entries(job.curves ?? {}).filter(([name]) => name.includes("loss") === loss));
    fill(this.charts, chart(t("job.loss"), pick(true)), chart(t("job.f1"), pick(false)));
  }
}

/** What became of each part that is through: which version, whether it is live, and its F1. */
function outcomes(metrics) {
  return [...CLASSIFIERS, "reference"]
    .filter((name) => metrics[name]?.version)
    .map((name) => {
      const { version, status, reason, micro_f1: value, audit } = metrics[name];
      return h(
        "li",
        { title: reason },
        `${t(`classifier.${name}`)} v${version} `,
        h("span.badge", { class: status }, t(`version.${status}`)),
        ` F1 ${f1(value)} `,
        audit && audited(audit),
      );
    });
}

/** Leads to the items whose pseudo-labels were kept for people to check. */
function audited(ids) {
  const check = () => workThrough({ ids: ids.join(",") });
  return h("button.link", { type: "button", title: t("job.audit.hint"), onclick: check }, tn("job.audit", ids.length));
}

function took(job) {
  if (!job.ended_at || !job.started_at) return "";
  return t("job.took", { span: span((new Date(job.ended_at) - new Date(job.started_at)) / 1000) });
}
