// The label picker: a field and a list under it, with the keyboard alone or by pointer.
import { fill, h } from "./dom.js";
import { labelSearch, used } from "./label_search.js";
import { t } from "./words.js";

const SHOWN = 60;
let serial = 0;

/** Draw a picker over the labels of `setup`; `picked` says whether a label is ticked, `toggle` changes it. */
export function picker({ setup, picked, toggle }) {
  const id = `picker-${(serial += 1)}`;
  const list = h("ul", { id, role: "listbox", "aria-label": t("picker.title"), hidden: true });
  const input = field(id);
  const state = { find: labelSearch(setup), found: [], at: 0 };

  const search = () => {
    state.found = state.find(input.value).slice(0, SHOWN);
    state.at = Math.min(state.at, Math.max(0, state.found.length - 1));
    draw();
  };
  const draw = () => {
    const options = state.found.map((hit, index) => option(hit, index));
    fill(list, options.length ? headed(options, state.found) : h("li.hint", {}, t("picker.none")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point();
  };
  const option = ({ label }, index) => {
    const isPicked = picked(label.name);
    const choose = (event) => {
      event.preventDefault();
      state.at = index;
      choosePointed();
    };
    return h(
      "li",
      { id: `${id}-${index}`, role: "option", "aria-selected": String(isPicked), title: label.description, onmousedown: choose },
      h("span.check", { "aria-hidden": "true" }, isPicked ? "✓" : ""),
      h("b", {}, label.name),
      h("small", {}, label.description || label.group),
    );
  };
  const point = () => {
    list.querySelector(".at")?.classList.remove("at");
    const node = document.getElementById(`${id}-${state.at}`);
    if (!node) return input.removeAttribute("aria-activedescendant");
    node.classList.add("at");
    input.setAttribute("aria-activedescendant", node.id);
    return node.scrollIntoView({ block: "nearest" });
  };
  const choosePointed = () => {
    const hit = state.found[state.at];
    if (!hit) return;
    toggle(hit.label.name);
    used(hit.label.name);
    input.select();
    draw();
  };
  const move = (step) => {
    state.at = Math.min(Math.max(0, state.at + step), state.found.length - 1);
    point();
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(8),
    PageUp: () => move(-8),
    Enter: choosePointed,
    Escape: () => {
      input.value = "";
      input.blur();
    },
  };
  input.addEventListener("input", () => {
    state.at = 0;
    search();
  });
  input.addEventListener("focus", search);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  return {
    element: h("div.picker", {}, input, list),
    focus: () => input.focus(),
    offer: (other) => {
      state.find = labelSearch(other);
    },
  };
}

function field(id) {
  return h("input", {
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
}

/** Put a heading before the first option of each group. */
function headed(options, found) {
  return options.flatMap((node, index) => {
    const { heading } = found[index];
    if (!heading || heading === found[index - 1]?.heading) return [node];
    const words = heading === "recent" ? t("picker.recent") : heading;
    return [h("li.heading", { role: "presentation" }, words), node];
  });
}
