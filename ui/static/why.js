// Why an item is here: the kind of disagreement, how rare the labels are, and both in one sentence.
import { h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { t, tn } from "./words.js";

/** Draw the reason; `labels` maps a name to what is known of the label. */
export function reason({ disagreement, classifiers, truth }, labels) {
  if (!disagreement) return h("p.why", {}, t("why.silent"));
  const { kind, band } = disagreement;
  const told = sentence(kind, proposalsOf(classifiers, labels), truth && named(truth.labels, labels));
  return h(
    "p.why",
    {},
    h("span.kind", { class: kind }, t(`kind.${kind}`)),
    band && h("span.badge", { title: t("band.hint") }, t(`band.${band}`)),
    h("span.told", { title: told }, told),
  );
}

/** Return [who, what they say], of those who have spoken. */
function proposalsOf(classifiers, labels) {
  const spoken = CLASSIFIERS.filter((name) => classifiers[name]);
  return spoken.map((name) => [name, named(classifiers[name].labels, labels)]);
}

function sentence(kind, said, truth) {
  if (kind === "agree") return t(said.length === CLASSIFIERS.length ? "why.agree" : "why.agree_so_far", { labels: said[0][1] });
  const lone = kind.endsWith("_alone") && kind.slice(0, -"_alone".length);
  if (lone) {
    const [own, others] = [said.find(([name]) => name === lone), said.find(([name]) => name !== lone)];
    return t("why.alone", { who: t(`why.who.${lone}`), labels: own[1], others: others[1] });
  }
  const each = said.map(([name, what]) => t("why.says", { who: t(`why.who.${name}`), labels: what })).join(t("why.and"));
  return kind === "models_vs_human" ? t("why.models_vs_human", { labels: truth, said: each }) : t("why.each", { said: each });
}

const named = (names, labels) =>
  names.map((name) => withRarity(name, labels.get(name))).join(t("list.comma")) || t("label.none");

function withRarity(name, label) {
  if (label?.band !== "tail") return name;
  return label.train ? tn("why.rare", label.train, { label: name }) : t("why.unseen", { label: name });
}
