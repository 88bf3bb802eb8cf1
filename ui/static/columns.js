// Which column of a file holds what, and how the file is to be brought in.
import { fill, h } from "./dom.js";
import { t } from "./words.js";

const FIELDS = ["text", "title", "labels", "external_id", "source", "published_at", "companies", "split"];
const SPLITS = ["auto", "train", "validation", "gold"];
const ENCODINGS = ["utf-8", "gb18030", "utf-16", "cp1252"];

/** Draw the form of a file; `changed` is called when it reads differently from now on. */
export function columnForm(file, { sample, changed, start, back }) {
  const columns = FIELDS.map((field) =>
    choice(t(`field.${field}`), [["", t("import.no_column")], ...file.columns.map((name) => [name, name])], {
      name: `column-${field}`,
      value: file.mapping[field] ?? "",
      onchange: () => (showLeft(), changed()),
    }),
  );
  const encoding = choice(t("import.encoding"), encodings(file), { name: "encoding", value: "", onchange: changed });
  const split = choice(
    t("import.split"),
    SPLITS.map((name) => [name === "auto" ? "" : name, t(`split.${name}`)]),
    { name: "split", value: "", wide: true },
  );
  const tick = h("input", { type: "checkbox", name: "remove_sample", checked: true });
  const remove = h("label.check", { hidden: !sample }, tick, t("import.remove_sample"));
  const left = h("p.hint.left-out");
  const go = h("button.primary", { type: "submit", id: "import-start" }, t("import.start"));
  const form = h(
    "form.columns",
    { "aria-label": t("import.columns") },
    h("div.fields", {}, columns, file.format !== "xlsx" && encoding, split),
    left,
    h("div.acts", {}, go, h("button", { type: "button", onclick: back }, t("import.other_file")), remove),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    start();
  };
  const value = (name) => form.elements.namedItem(name)?.value ?? "";
  const mapping = () => Object.fromEntries(FIELDS.map((field) => [field, value(`column-${field}`)]));
  const showLeft = () => {
    const used = new Set(Object.values(mapping()));
    const unused = file.columns.filter((name) => !used.has(name));
    fill(left, unused.length > 0 && t("import.left_out", { columns: unused.slice(0, 20).join(t("list.comma")) }));
  };
  showLeft();
  return {
    element: form,
    ready: (yes) => (go.disabled = !yes),
    sample: (present) => (remove.hidden = !present),
    values: () => ({
      mapping: mapping(),
      encoding: value("encoding"),
      split: value("split"),
      remove_sample: !remove.hidden && tick.checked,
    }),
  };
}

const encodings = (file) => [
  ["", file.encoding ? t("import.detected", { encoding: file.encoding.toUpperCase() }) : t("import.detect")],
  ...ENCODINGS.map((name) => [name, name.toUpperCase()]),
];

function choice(title, options, { value, wide, ...attributes }) {
  const select = h(
    "select",
    { id: `import-${attributes.name}`, ...attributes },
    options.map(([key, text]) => h("option", { value: key }, text)),
  );
  select.value = value;
  return h("div.field", { class: wide ? "wide" : "" }, h("label", { for: select.id }, title), select);
}
