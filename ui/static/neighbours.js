// The most similar items that people have labelled: text, labels, similarity, whose labels, and a way to take them over.
import { chip, h } from "./dom.js";
import { openItem } from "./go.js";
import { score, t } from "./words.js";

/** Draw the neighbours; `use` is called with the labels of one. `inPrompt` are the ids that the prompt held, in its order. */
export function neighbours({ list, why, inPrompt, use }) {
  if (!list.length) return h("p.hint", {}, why ?? t("neighbours.none"));
  return h(
    "ol.neighbours",
    {},
    list.map((near) => card(near, inPrompt.indexOf(near.item_id), use)),
  );
}

function card(near, place, use) {
  const text = h(
    "p.near-text",
    { title: t("neighbours.more"), onclick: () => text.classList.toggle("whole") },
    near.text,
  );
  const whose = near.person || t(`origin.${near.origin}`);
  return h(
    "li",
    {},
    h(
      "div.near-head",
      {},
      h("b", { title: t("neighbours.similarity") }, score(near.similarity)),
      place >= 0 &&
        h("span.badge", { title: t("neighbours.in_prompt_hint") }, t("neighbours.in_prompt", { n: place + 1 })),
      h("span.whose", {}, whose),
      h("button.link.use", { type: "button", onclick: () => use(near.labels) }, t("neighbours.use")),
      h(
        "button.link",
        {
          type: "button",
          "aria-label": t("neighbours.open"),
          title: t("neighbours.open"),
          onclick: () => openItem(near.item_id),
        },
        "↗",
      ),
    ),
    h("div.chips", {}, near.labels.length ? near.labels.map((name) => chip(name)) : chip(t("label.none"), "none")),
    text,
  );
}
