// The place where a file is dropped or chosen, with the keyboard too.
import { h } from "./dom.js";
import { t } from "./words.js";

const FORMATS = ".csv,.tsv,.txt,.jsonl,.json,.xlsx";

/** Draw the zone; `take` gets the file, and how many others were dropped with it. */
export function dropZone(take) {
  const input = h("input.unseen", {
    type: "file",
    accept: FORMATS,
    "aria-describedby": "import-formats",
    onchange: () => input.files.length && take(input.files[0], 0),
  });
  return h(
    "label.drop-zone",
    { id: "import-file" },
    input,
    h("b", {}, t("import.drop")),
    h("span.button", { "aria-hidden": "true" }, t("import.choose")),
    h("small", { id: "import-formats" }, t("import.formats")),
  );
}

/** Let files be dropped anywhere on `element`; one that misses it must not replace the page. */
export function takeDrops(element, take) {
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => element.contains(event.target);
  const mark = (event, on) => holdsFile(event) && element.classList.toggle("dragging", on && over(event));
  window.addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    if (!over(event)) event.dataTransfer.dropEffect = "none";
    mark(event, true);
  });
  window.addEventListener("dragleave", (event) => event.relatedTarget || mark(event, false));
  window.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    mark(event, false);
    const [first, ...others] = event.dataTransfer.files;
    if (first && over(event)) take(first, others.length);
  });
}
