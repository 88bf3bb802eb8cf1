// A text that is classified without being stored.
import { h } from "./dom.js";
import { t } from "./words.js";

/** Draw the panel, closed; `classify` gets the text, `close` is called when the desk goes back to its queue. */
export function paste({ classify, close }) {
  const text = h("textarea", {
    rows: 3,
    "aria-label": t("paste.title"),
    placeholder: t("paste.placeholder"),
    maxlength: 100000,
  });
  const go = () => text.value.trim() && classify(text.value);
  const element = h(
    "div.paste",
    { hidden: true },
    text,
    h(
      "div.paste-actions",
      {},
      h("button.primary", { type: "button", onclick: go }, t("paste.classify")),
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            toggle(false);
            close();
          },
        },
        t("paste.close"),
      ),
      h("small", {}, t("paste.hint")),
    ),
  );
  let wasPasted = false;
  const toggle = (open = element.hidden) => {
    element.hidden = !open;
    if (open) text.focus();
  };
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") text.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) go();
  });
  return {
    element,
    toggle: () => toggle(),
    /** Close once the desk goes on from a pasted text; a panel that was opened meanwhile stays. */
    shown: (pasted) => {
      if (wasPasted && !pasted) toggle(false);
      wasPasted = pasted;
    },
  };
}
