// The triage tab's fixed parts: where item, matrix, neighbours, actions and help stand. Holds no state.
import { h, key } from "./dom.js";
import { goTo } from "./go.js";
import { startTour } from "./tour.js";
import { t } from "./words.js";

/** Draw the frame of a desk; returns the parts that change. */
export function frame(desk) {
  const parts = {
    left: h("span.left", { role: "status" }),
    item: h("section.item", { "aria-label": t("item.title"), tabindex: "0" }),
    why: h("div.reason"),
    matrix: h("div.matrix-area"),
    neighbours: h("div.near-list"),
    askAgain: h(
      "button.link",
      { type: "button", title: t("neighbours.ask_again_hint"), onclick: () => desk.askAgain() },
      t("neighbours.ask_again"),
    ),
    conflict: h("div"),
    rest: h("div.rest"),
    save: h("button.primary", { type: "button", onclick: () => desk.decide.save() }),
    note: h("input.note", {
      type: "text",
      maxlength: 2000,
      placeholder: t("action.note"),
      "aria-label": t("action.note"),
    }),
    status: h("span.status", { role: "status", "aria-live": "polite" }),
  };
  const act = (name, sign, onclick) => h("button", { type: "button", onclick }, t(`action.${name}`), key(sign));
  const top = h(
    "div.top",
    {},
    desk.bar.element,
    parts.left,
    h("button.quiet", { type: "button", onclick: () => desk.paste.toggle() }, t("paste.open")),
    h(
      "button.quiet.round",
      { type: "button", title: t("help.title"), "aria-label": t("help.title"), onclick: () => help(desk.element) },
      "?",
    ),
  );
  const columns = h(
    "div.columns",
    {},
    parts.item,
    h(
      "section.judge",
      { "aria-label": t("matrix.title") },
      parts.why,
      desk.picker.element,
      parts.conflict,
      parts.matrix,
    ),
    h(
      "section.similar",
      { "aria-label": t("neighbours.title") },
      h("header", {}, h("h2", {}, t("neighbours.title")), parts.askAgain),
      parts.neighbours,
    ),
  );
  const bottom = h(
    "div.actions",
    { role: "toolbar", "aria-label": t("action.title") },
    parts.save,
    act("skip", "s", () => desk.decide.say("skip")),
    act("flag", "f", () => desk.decide.flag()),
    act("undo", "z", () => desk.decide.undo()),
    h(
      "span.steps",
      {},
      step("back", "↑", "k", () => desk.journey.back()),
      step("pass", "↓", "j", () => desk.journey.pass()),
    ),
    parts.note,
    parts.status,
  );
  const foot = h("div.foot", {}, bottom, desk.pace.element);
  const state = { "data-state": "loading", "data-loading": t("silent.loading") };
  parts.root = h("div.desk", state, top, desk.paste.element, parts.rest, columns, foot);
  return parts;
}

function step(name, arrow, sign, onclick) {
  const words = t(`action.${name}`);
  const shown = h("span", { "aria-hidden": "true" }, arrow);
  return h("button.quiet", { type: "button", title: words, onclick }, shown, h("span.unseen", {}, words), key(sign));
}

/** Say that nothing is to be had, and what can be done; `bare` is a desk to which nothing was ever brought, `leased` what others have. */
export function restMessage(why, { bare, leased, again, widen }) {
  const bring = h("button", { type: "button", class: bare && "primary", onclick: () => goTo("data") }, t("rest.import"));
  if (bare) return [h("h2", {}, t("rest.bare")), h("p", {}, why), bring];
  return [
    h("h2", {}, t(leased ? "rest.leased_title" : "rest.title")),
    h("p", {}, why),
    again && h("button", { type: "button", onclick: again }, t("rest.again")),
    widen && h("button", { type: "button", onclick: widen }, t("rest.widen")),
    h("button", { type: "button", onclick: () => goTo("retrain") }, t("rest.retrain")),
    h("button", { type: "button", onclick: () => goTo("disagreements") }, t("rest.disagreements")),
    bring,
  ];
}

const KEYS = ["1-9", "⏎", "⇧⏎", "s", "f", "z", "j", "k", "/", "n", "p", "?"];

/** Show all keys. */
export function help(element) {
  if (element.querySelector("dialog")) return;
  const rows = KEYS.map((name) => h("tr", {}, h("td", {}, key(name)), h("td", {}, t(`help.${name}`))));
  const dialog = h(
    "dialog.help",
    { "aria-label": t("help.title"), onclose: () => dialog.remove(), onclick: () => dialog.close() },
    h("h2", {}, t("help.title")),
    h("table", {}, h("tbody", {}, rows)),
    h(
      "p.legend",
      {},
      h("span.cell.proposed", {}, h("em", {}, "●"), t("legend.proposed")),
      h("span.cell.near", {}, h("em", {}, "◐"), t("legend.near")),
      h("span.cell.not", {}, h("em", {}, "○"), t("legend.not")),
    ),
    h(
      "p.top",
      {},
      h("button", { type: "button", autofocus: true }, t("close")),
      // Only when the dialog has gone can the tour be reached.
      h("button", { type: "button", onclick: () => dialog.addEventListener("close", startTour) }, t("tour.again")),
    ),
  );
  element.append(dialog);
  dialog.showModal();
}
