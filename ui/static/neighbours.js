// The most similar items that people have labelled: text, labels, similarity, whose labels, and a way to take them over.
import { chip, h } from "./dom.js";
import { score, t, whose } from "./words.js";

/** Draw the neighbours of a desk's item; words that the item does not have are marked. */
export function neighbours(desk) {
  const { result } = desk;
  if (!result.neighbours.length) return h("p.hint", {}, result.unavailable?.neighbours ?? t("neighbours.none"));
  const inPrompt = result.classifiers.prompt?.examples ?? [];
  const known = new Set(words(result.item.text).map(({ word }) => word));
  return h(
    "ol.neighbours",
    {},
    result.neighbours.map((near) => card(desk, near, inPrompt.indexOf(near.item_id), known)),
  );
}

function card(desk, near, place, known) {
  const text = h("p.near-text", { lang: /[\u4e00-\u9fff]/.test(near.text) ? "zh" : "en" }, marked(near.text, known));
  const whole = (event) => {
    const isWhole = text.classList.toggle("whole");
    event.currentTarget.setAttribute("aria-expanded", String(isWhole));
  };
  return h(
    "li",
    { class: place >= 0 ? "in-prompt" : "" },
    h(
      "div.near-head",
      {},
      h("b", { title: t("neighbours.similarity") }, score(near.similarity)),
      act("use", t("neighbours.use"), () => desk.use(near.labels)),
      act("open", t("neighbours.open"), () => desk.journey.open(near.item_id, { detour: true }), "✎"),
      h(
        "button.link.more",
        { type: "button", "aria-expanded": "false", title: t("neighbours.more"), onclick: whole },
        h("span", { "aria-hidden": "true" }, "⋯"),
        h("span.unseen", {}, t("neighbours.more")),
      ),
    ),
    h(
      "div.chips",
      {},
      near.labels.length ? near.labels.map((name) => chip(name)) : chip(t("label.none"), "none"),
      h("span.whose", {}, whose(near.person) || t(`origin.${near.origin}`)),
      place >= 0 &&
        h("span.badge", { title: t("neighbours.in_prompt_hint") }, t("neighbours.in_prompt", { n: place + 1 })),
    ),
    text,
  );
}

function act(name, said, onclick, sign = null) {
  const shown = sign ? [h("span", { "aria-hidden": "true" }, sign), h("span.unseen", {}, said)] : said;
  return h(`button.link.${name}`, { type: "button", title: said, onclick }, shown);
}

const MOST_MARKED = 0.8;
// Chinese has no spaces; the browser knows its words.
const SEGMENTER = globalThis.Intl?.Segmenter && new Intl.Segmenter("zh", { granularity: "word" });

function words(text) {
  if (!SEGMENTER) return [];
  return [...SEGMENTER.segment(text)].map(({ segment, isWordLike }) => ({
    segment,
    word: isWordLike ? segment.toLowerCase() : "",
  }));
}

/** Return the text with the words marked that are not among the known ones, side by side in one mark. */
function marked(text, known) {
  const parts = [];
  const segments = words(text);
  const differing = segments.filter(({ word }) => word && !known.has(word)).length;
  // Where next to nothing is the same, marks would only be noise.
  if (differing > MOST_MARKED * segments.filter(({ word }) => word).length) return text;
  for (const { segment, word } of segments) {
    const isNew = Boolean(word) && !known.has(word);
    const last = parts.at(-1);
    if (last && last.isNew === isNew) last.text += segment;
    else parts.push({ text: segment, isNew });
  }
  return parts.length ? parts.map((part) => (part.isNew ? h("mark", {}, part.text) : part.text)) : text;
}
