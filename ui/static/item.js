// The item itself: text, where and when it comes from, companies, and what people said of it before.
import { chip, h } from "./dom.js";
import { date, moment, t, whose } from "./words.js";

/** Draw the item's column. */
export function item({ result }) {
  const { item: it, truth } = result;
  const facts = [it.source, date(it.published_at), it.external_id && `#${it.external_id}`].filter(Boolean);
  return [
    h(
      "div.facts",
      {},
      facts.map((fact) => h("span", {}, fact)),
      it.id > 0 && h("a", { href: `?item=${it.id}`, title: t("item.link_hint") }, t("item.link")),
      it.split && it.split !== "train" && h("span.badge", { title: t("split.hint") }, t(`split.${it.split}`)),
      it.state && it.state !== "open" && h("span.badge", {}, t(`state.${it.state}`)),
    ),
    h("p.text", { lang: /[\u4e00-\u9fff]/.test(it.text) ? "zh" : "en" }, it.text),
    it.companies.length > 0 &&
      h(
        "div.chips.companies",
        { "aria-label": t("item.companies") },
        it.companies.map((company) => chip(company, "company")),
      ),
    truth &&
      h(
        "p.truth",
        {},
        h("span", {}, t("item.truth")),
        truth.labels.length ? truth.labels.map((name) => chip(name)) : chip(t("label.none"), "none"),
        h("small", {}, t(`origin.${truth.origin}`), truth.person && ` · ${whose(truth.person)}`, ` · ${moment(truth.at)}`),
      ),
    result.conflicts?.length > 0 &&
      h(
        "p.notice",
        {},
        t("item.conflicts"),
        result.conflicts.map((labels) => chip(labels.join(" | ") || t("label.none"), "warn")),
      ),
    history(result.history ?? []),
  ];
}

function history(entries) {
  if (!entries.length) return null;
  return h(
    "details.history",
    {},
    h("summary", {}, t("item.history", { n: entries.length })),
    h(
      "ul",
      {},
      entries.map((entry) =>
        h(
          "li",
          {},
          h("b", {}, entry.person),
          ` ${t(`said.${entry.kind}`)} `,
          entry.labels.map((name) => chip(name)),
          entry.note && h("q", {}, entry.note),
          h("small", {}, moment(entry.at)),
        ),
      ),
    ),
  );
}
