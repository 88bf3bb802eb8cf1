// The filter of queue and dashboard: one row of small controls, remembered, and one object with the filter's fields.
import { fill, h, settled } from "./dom.js";
import { t } from "./words.js";

const EMPTY = {
  order: "instructive",
  state: "open",
  label: "",
  kind: "",
  band: "",
  source: "",
  since: "",
  until: "",
  text: "",
};

/** Return the filter with which a bar starts. */
export function remembered(name, start = {}) {
  const defaults = { ...EMPTY, ...start };
  return { ...defaults, ...recall(name, defaults) };
}

/** Draw the controls; `changed` gets the filter whenever it differs. `start` holds other defaults, and fields without a control. */
export function filterBar({ setup, name, changed, start = {} }) {
  const defaults = { ...EMPTY, ...start };
  let filter = remembered(name, start);
  const controls = draw(setup, name);
  const clear = ({ detail }) => {
    use({});
    // The button goes; whoever pressed it by a key goes on from the first control.
    if (!detail) controls.order.focus();
  };
  const words = { title: t("filter.reset"), "aria-label": t("filter.reset") };
  const reset = h("button.quiet", { type: "button", ...words, onclick: clear }, "×");
  const details = h(
    "details.filters",
    { open: window.innerWidth > 700 },
    h("summary", {}, t("filter.title")),
    h("div.filter-row", { role: "search" }, Object.values(controls), reset),
  );

  function use(values, { quiet = false } = {}) {
    filter = { ...defaults, ...values };
    show();
    remember(name, filter);
    if (!quiet) changed(filter);
  }

  function show(held = null) {
    for (const [field, control] of Object.entries(controls)) {
      if (control === held) continue;
      if (control.matches(".day")) control.type = filter[field] ? "date" : "text";
      control.value = filter[field];
      control.classList.toggle("set", filter[field] !== defaults[field]);
    }
    reset.hidden = Object.keys(defaults).every((field) => filter[field] === defaults[field]);
  }

  const read = (field, control) => {
    if (filter[field] === control.value) return;
    // A half-typed label would show an empty list.
    if (field === "label" && control.value && !setup.labels.some((label) => label.name === control.value)) return;
    use({ ...filter, [field]: control.value });
  };
  for (const [field, control] of Object.entries(controls)) {
    // What is typed waits for a pause; what is chosen is meant.
    const isTyped = field === "text" || field === "label";
    const act = () => read(field, control);
    control.addEventListener(isTyped ? "input" : "change", isTyped ? settled(act, 250) : act);
    control.addEventListener("keydown", (event) => {
      if (event.key === "Escape") control.blur();
      if (event.key === "Enter" && !event.isComposing) control.blur();
    });
  }
  show();
  /** Take up other labels and sources than those of the start. The control that somebody uses just now stays as it is. */
  function offer(other) {
    const held = document.activeElement;
    setup.labels = other.labels;
    fill(document.getElementById(`${name}-labels`), labelOptions(other.labels));
    if (held !== controls.source) fill(controls.source, sourceOptions(other.sources));
    show(held);
  }
  return {
    element: details,
    get filter() {
      return filter;
    },
    get isNarrow() {
      return !reset.hidden;
    },
    use,
    offer,
  };
}

const labelOptions = (labels) => labels.map((label) => h("option", { value: label.name }, label.group));
const sourceOptions = (sources) => options("source", ["", ...sources], (source) => source);

function draw(setup, name) {
  const list = h("datalist", { id: `${name}-labels` }, labelOptions(setup.labels));
  const label = h("input", {
    type: "search",
    list: list.id,
    placeholder: t("filter.label"),
    "aria-label": t("filter.label"),
  });
  // An empty date field shows only its format; as a text it can say what it is for.
  const day = (field) =>
    h("input.day", {
      type: "text",
      placeholder: t(`filter.${field}`),
      "aria-label": t(`filter.${field}`),
      title: t(`filter.${field}`),
      onfocus: (event) => {
        event.target.type = "date";
      },
      onblur: (event) => {
        event.target.type = event.target.value ? "date" : "text";
      },
    });
  const controls = {
    order: choice("order", options("order", setup.orders)),
    state: choice("state", options("state", setup.states)),
    kind: choice("kind", options("kind", ["", ...setup.kinds])),
    band: choice("band", options("band", ["", ...setup.bands])),
    label,
    source: choice("source", sourceOptions(setup.sources)),
    since: day("since"),
    until: day("until"),
    text: h("input", { type: "search", placeholder: t("filter.text"), "aria-label": t("filter.text") }),
  };
  document.body.append(list);
  return controls;
}

const options = (field, values, say = (value) => t(`${field}.${value}`)) =>
  values.map((value) => h("option", { value }, value ? say(value) : t(`${field}.any`)));
const choice = (field, offered) =>
  h("select", { "aria-label": t(`filter.${field}`), title: t(`filter.${field}`) }, offered);

function remember(name, filter) {
  localStorage.setItem(`news-triage.filter.${name}`, JSON.stringify(filter));
}

function recall(name, defaults) {
  try {
    const kept = JSON.parse(localStorage.getItem(`news-triage.filter.${name}`)) ?? {};
    return Object.fromEntries(Object.entries(kept).filter(([field]) => field in defaults));
  } catch {
    return {};
  }
}
