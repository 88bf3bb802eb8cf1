// Finds a label among hundreds by any part of its name, description or group, with the keyboard alone.
import { fill, h } from "./dom.js";
import { t } from "./words.js";

const SHOWN = 60;
let serial = 0;

/** Draw a picker over all labels; `picked` says whether a label is ticked, `toggle` changes it. */
export function picker({ labels, picked, toggle }) {
  const id = `picker-${(serial += 1)}`;
  let indexed = index(labels);
  const list = h("ul", { id, role: "listbox", "aria-label": t("picker.title"), hidden: true });
  const input = h("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: t("picker.placeholder"),
    "aria-label": t("picker.title"),
    "aria-controls": id,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
  });
  let found = [];
  let at = 0;

  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = indexed.filter(({ text }) => words.every((word) => text.includes(word))).map(({ label }) => label);
    // A hit in the name is what people mean; sorting is stable, so groups stay together otherwise.
    if (words.length) found.sort((a, b) => Number(named(b, words)) - Number(named(a, words)));
    at = Math.min(at, Math.max(0, found.length - 1));
    draw();
  };
  const draw = () => {
    fill(list, found.slice(0, SHOWN).map(option), found.length ? null : h("li.hint", {}, t("picker.none")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point();
  };
  const option = (label, index) =>
    h(
      "li",
      {
        id: `${id}-${index}`,
        role: "option",
        "aria-selected": String(picked(label.name)),
        title: label.description,
        onmousedown: (event) => {
          event.preventDefault();
          at = index;
          choose();
        },
      },
      h("span.check", { "aria-hidden": "true" }, picked(label.name) ? "✓" : ""),
      h("b", {}, label.name),
      h("small", {}, label.group),
    );
  const point = () => {
    [...list.children].forEach((node, index) => node.classList.toggle("at", index === at));
    if (!found.length) return;
    input.setAttribute("aria-activedescendant", `${id}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const choose = () => {
    if (!found[at]) return;
    toggle(found[at].name);
    input.select();
    draw();
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const move = (step) => {
    at = Math.min(Math.max(0, at + step), Math.min(found.length, SHOWN) - 1);
    point();
  };

  input.addEventListener("input", () => {
    at = 0;
    search();
  });
  input.addEventListener("focus", search);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const act = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(8),
      PageUp: () => move(-8),
      Enter: choose,
      Escape: () => {
        input.value = "";
        input.blur();
      },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  return {
    element: h("div.picker", {}, input, list),
    focus: () => input.focus(),
    offer: (others) => {
      indexed = index(others);
    },
  };
}

const index = (labels) =>
  labels.map((label) => ({ label, text: `${label.name} ${label.group} ${label.description}`.toLowerCase() }));

const named = (label, words) => words.every((word) => label.name.toLowerCase().includes(word));
