// The label × classifier matrix: what each classifier says of a label against its own threshold, the neighbours' vote, the analyst's tick.
import { fill, h, key } from "./dom.js";
import { percent, score, t } from "./words.js";

export const CLASSIFIERS = ["bert", "llm_head", "prompt"];
const NEAR = 0.6; // A score above this share of its threshold is a near miss.

/** Return the rows of an item, the most disputed first: {name, cells, votes, dispute}. */
export function rowsOf(result, extra = []) {
  const said = result.classifiers;
  const names = new Set([
    ...CLASSIFIERS.flatMap((name) => said[name]?.labels ?? []),
    ...result.neighbours.flatMap((near) => near.labels),
    ...(result.truth?.labels ?? []),
    ...(result.disagreement?.disputed ?? []),
    ...extra,
  ]);
  const rows = [...names].map((name) => row(name, result));
  return rows.sort((a, b) => b.dispute - a.dispute || b.weight - a.weight || a.name.localeCompare(b.name));
}

function row(name, result) {
  const cells = CLASSIFIERS.map((classifier) => cell(name, result.classifiers[classifier]));
  const votes = result.neighbours.filter((near) => near.labels.includes(name)).length;
  const spoken = cells.filter(Boolean);
  const proposals = spoken.filter((one) => one.state === "proposed").length;
  const split = proposals > 0 && proposals < spoken.length ? 1 : 0;
  // Of two rows in dispute, the one nearer to a draw stands higher; below them what is proposed, then what only neighbours carry.
  const weight = proposals * 2 + votes / 10 + Math.max(0, ...spoken.map((one) => one.value ?? 0));
  return { name, cells, votes, proposals, dispute: split, weight };
}

function cell(name, said) {
  if (!said) return null;
  const value = said.scores[name];
  const threshold = said.thresholds[name];
  const proposed = said.labels.includes(name);
  const near = !proposed && value != null && threshold != null && value >= threshold * NEAR;
  return { value, threshold, state: proposed ? "proposed" : near ? "near" : "not" };
}

/** Labels that at least two classifiers propose; null where fewer than two have spoken. */
export function agreed(result) {
  return spoken(result).length < 2 ? null : proposedBy(result, 2);
}

/** Labels that most of the classifiers that spoke propose: two of three, or the only one's. */
export function majority(result) {
  return proposedBy(result, Math.floor(spoken(result).length / 2) + 1);
}

const spoken = (result) => CLASSIFIERS.map((name) => result.classifiers[name]).filter(Boolean);

function proposedBy(result, needed) {
  const said = spoken(result);
  const names = new Set(said.flatMap((one) => one.labels));
  return [...names].filter((name) => said.filter((one) => one.labels.includes(name)).length >= needed);
}

/** Draw the matrix of a desk: its result's rows, with what is picked for them. */
export function matrix(desk) {
  const { result, rows, job, setup } = desk;
  const heads = CLASSIFIERS.map((name) => columnHead(name, result, job));
  const head = h(
    "div.matrix-row.matrix-head",
    { role: "row" },
    h("span", { role: "columnheader" }, t("matrix.label")),
    heads,
    h("span.votes", { role: "columnheader", title: t("matrix.votes_hint") }, t("matrix.votes")),
    h("span.mine", { role: "columnheader" }, t("matrix.mine")),
  );
  const body = rows.map((one, index) => drawRow(one, index, desk));
  const empty = rows.length || result.loading.length ? null : h("p.hint", {}, t("matrix.empty"));
  const point = ({ target }) => tellQuality(heads, setup.quality, target.closest("[data-label]")?.dataset.label);
  const table = h("div.matrix.keys-through", { role: "table", "aria-label": t("matrix.title") }, head, body, empty);
  table.addEventListener("pointerover", point);
  table.addEventListener("focusin", point);
  table.addEventListener("pointerleave", () => tellQuality(heads, setup.quality));
  return table;
}

/** Say in the heads how good each classifier is at the label under the pointer, else at all of them. */
function tellQuality(heads, quality, label) {
  heads.forEach((head, column) => {
    const small = head.querySelector("small[data-all]");
    const known = quality[CLASSIFIERS[column]]?.[label];
    if (!small) return;
    small.classList.toggle("of-label", Boolean(label));
    small.textContent = label ? labelQuality(known) : small.dataset.all;
  });
}

function labelQuality(known) {
  if (!known || !known[1]) return t("matrix.label_unknown");
  return t("matrix.label_quality", { f1: score(known[0]), n: known[1] });
}

function columnHead(name, result, job) {
  const said = result.classifiers[name];
  const title = h("strong", {}, t(`classifier.${name}`));
  const loading = result.loading.includes(name);
  if (said) {
    const quality = said.micro_f1 == null ? t("matrix.no_gold") : `F1 ${said.micro_f1.toFixed(2)}`;
    const all = `v${said.version} · ${quality}`;
    const hint = t("matrix.column_hint", { model: said.model });
    const small = h("small", { "data-all": all }, all);
    const notes = [
      loading && h("small.cut", { title: result.unavailable[name] }, t("silent.loading")),
      said.outdated && outdatedNote(),
      said.cut && cutNote(said.cut),
    ];
    return h("span.column", { role: "columnheader", title: hint }, title, small, notes);
  }
  if (loading) {
    const bar = h("progress", { "aria-label": t("silent.loading") });
    return silentHead(result.unavailable[name], title, t("silent.loading"), bar);
  }
  const working = job?.status === "running" && (job.kind === "predict" || job.classifiers.includes(name));
  const reason = result.unavailable?.[name] ?? t("silent.unknown");
  const why = working ? t(`silent.${job.kind}`, { done: percent(job.progress) }) : reason;
  const bar = working && h("progress", { max: 1, value: job.progress, "aria-label": job.message });
  return silentHead(why, title, why, bar);
}

function silentHead(hint, title, why, bar) {
  return h("span.column.silent", { role: "columnheader", title: hint }, title, h("small", {}, why), bar);
}

/** Say that a version spoke whose place another has taken. */
function outdatedNote() {
  return h("small.cut", { title: t("matrix.outdated_hint") }, t("matrix.outdated"));
}

/** Say that a classifier read only a part of the text. */
function cutNote({ read, total }) {
  const share = percent(Math.min(0.99, read / total));
  return h("small.cut", { title: t("matrix.cut_hint", { read, total }) }, t("matrix.cut", { share }));
}

function drawRow(one, index, desk) {
  const { result, picks, labels } = desk;
  const known = labels.get(one.name);
  const node = h(
    "div.matrix-row",
    { role: "row", class: one.proposals ? "" : "quiet", "data-label": one.name, onclick: () => desk.toggle(one.name) },
    h(
      "span.name",
      { role: "rowheader", title: hint(known) },
      index < 10 ? key(String((index + 1) % 10)) : h("kbd.none"),
      h("span", {}, h("b", {}, one.name), known?.group && h("small", {}, known.group)),
    ),
    one.cells.map((said, column) => drawCell(said, CLASSIFIERS[column])),
    h("span.votes", { role: "cell" }, one.votes ? `${one.votes}/${result.neighbours.length}` : ""),
    h("span.mine", { role: "cell" }, h("button.tick", { type: "button", role: "checkbox", "aria-label": one.name })),
  );
  mark(node, picks.get(one.name));
  return node;
}

const hint = (label) =>
  label
    ? [label.description, t("label.examples", { n: label.train, band: t(`band.${label.band}`) })]
        .filter(Boolean)
        .join("\n")
    : "";

/** Show a row's pick; called alone on a toggle, so that nothing else is drawn again. */
export function mark(node, pick = "none") {
  node.dataset.pick = pick;
  const ticked = pick === "suggested" || pick === "confirmed";
  const tick = node.querySelector(".tick");
  tick.setAttribute("aria-checked", String(ticked));
  tick.title = t(`pick.${pick}`);
  fill(tick, { suggested: "✓", confirmed: "✓", rejected: "×", none: "" }[pick]);
}

const SHAPES = { proposed: "●", near: "◐", not: "○" };

function drawCell(said, classifier) {
  if (!said) return h("span.cell.silent", { role: "cell", "aria-label": t("silent.short") }, "–");
  if (said.value == null && said.state === "not")
    return h(
      "span.cell.unscored",
      { role: "cell", title: t("cell.unscored", { name: t(`classifier.${classifier}`) }) },
      h("em", { "aria-hidden": "true" }, SHAPES.not),
    );
  const words = { name: t(`classifier.${classifier}`), score: score(said.value), threshold: score(said.threshold) };
  const bar = h(
    "span.bar",
    { "aria-hidden": "true" },
    h("i", { style: { width: percentWidth(said.value) } }),
    said.threshold != null && h("u", { style: { left: percentWidth(said.threshold) } }),
  );
  return h(
    "span.cell",
    { role: "cell", class: said.state, title: t(`cell.${said.state}`, words) },
    h("em", { "aria-hidden": "true" }, SHAPES[said.state]),
    bar,
    h("span.number", {}, said.value == null ? "" : score(said.value)),
  );
}

const percentWidth = (value) => percent(Math.min(1, Math.max(0, value ?? 0))).replace(" ", "");
