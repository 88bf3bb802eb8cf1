// One card a job: progress, remaining time, curves, the end of its log, and a way to stop it.
import { chart } from "./chart.js";
import { h } from "./dom.js";
import { moment, percent, span, t } from "./words.js";

export const UNFINISHED = ["queued", "running"];

/** Draw a job; `cancel` and `more` are called with its id. */
export function jobCard(job, { cancel, more, open }) {
  const unfinished = UNFINISHED.includes(job.status);
  return h(
    "article.job",
    { class: job.status, "data-job": String(job.id), "data-kind": job.kind },
    h(
      "header",
      {},
      h("b", {}, t(`job.${job.kind}`, { n: job.id })),
      h("span.badge", { class: job.status }, t(`job.${job.status}`)),
      h("span.faint", {}, [job.person, moment(job.started_at), took(job)].filter(Boolean).join(" · ")),
      unfinished && h("button", { type: "button", onclick: () => cancel(job.id) }, t("job.cancel")),
      !unfinished &&
        h(
          "button.link",
          { type: "button", "aria-expanded": String(open), onclick: () => more(job.id) },
          t(open ? "job.less" : "job.more"),
        ),
    ),
    unfinished &&
      h(
        "div.progress",
        {},
        h("progress", { max: 1, value: job.progress, "aria-label": t("job.progress") }),
        h("b", {}, percent(job.progress)),
        job.seconds_left != null && h("span.faint", {}, t("job.left", { span: span(job.seconds_left) })),
      ),
    job.message && h("p.message", {}, job.message),
    (unfinished || open) && details(job),
  );
}

function took(job) {
  if (!job.ended_at || !job.started_at) return "";
  return t("job.took", { span: span((new Date(job.ended_at) - new Date(job.started_at)) / 1000) });
}

function details(job) {
  const curves = job.curves ?? {};
  const pick = (loss) => Object.fromEntries(Object.entries(curves).filter(([name]) => name.includes("loss") === loss));
  return [
    h("div.charts", {}, chart(t("job.loss"), pick(true)), chart(t("job.f1"), pick(false))),
    job.log &&
      h("details.log", { open: job.status === "failed" }, h("summary", {}, t("job.log")), h("pre", {}, job.log)),
  ];
}
