// Somebody else was first: shows what both said, and lets the analyst decide.
import { chip, h } from "./dom.js";
import { t } from "./words.js";

/** Draw the conflict; `mine` are the analyst's own labels. */
export function conflictNotice({ message, conflict, mine, keepMine, keepTheirs }) {
  return h(
    "div.notice.bad",
    { role: "alert" },
    h("p", {}, message),
    h(
      "p",
      {},
      h("b", {}, t("conflict.theirs", { person: conflict.person ?? "" })),
      chips(conflict.labels),
      conflict.note && h("q", {}, conflict.note),
    ),
    h("p", {}, h("b", {}, t("conflict.mine")), chips(mine)),
    h("button", { type: "button", onclick: keepMine }, t("conflict.keep_mine")),
    h("button", { type: "button", onclick: keepTheirs }, t("conflict.keep_theirs")),
  );
}

const chips = (names) => (names?.length ? names.map((name) => chip(name)) : chip(t("label.none"), "none"));
