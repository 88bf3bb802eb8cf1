// Says that the shipped sample is here, and removes it once somebody has read what goes with it.
import { h } from "./dom.js";
import { t, tn } from "./words.js";

const PARTS = ["items", "annotations", "labels", "versions"];

/** Draw the notice; null where there is no sample. */
export function sampleNotice(counts, remove) {
  if (!counts) return null;
  const open = () => confirmation(counts, remove);
  return h(
    "p.notice.sample-notice",
    {},
    h("span", {}, tn("sample.present", counts.items)),
    h("button.for-leads", { type: "button", id: "remove-sample", onclick: open, "aria-haspopup": "dialog" }, t("sample.remove")),
  );
}

function confirmation(counts, remove) {
  const close = () => dialog.close();
  const goes = PARTS.filter((part) => counts[part] > 0).map((part) => h("li", {}, tn(`sample.${part}`, counts[part])));
  const dialog = h(
    "dialog.help.sample-dialog",
    { "aria-labelledby": "sample-title" },
    h("h2", { id: "sample-title" }, t("sample.sure")),
    h("p", {}, t("sample.goes")),
    h("ul", {}, goes),
    h("p.hint", {}, t("sample.stays")),
    h(
      "div.acts",
      {},
      h("button.primary", { type: "button", onclick: () => (close(), remove()) }, t("sample.remove_now")),
      h("button", { type: "button", autofocus: true, onclick: close }, t("cancel")),
    ),
  );
  dialog.onclose = () => dialog.remove();
  document.getElementById("view-importing").querySelector(".nt").append(dialog);
  dialog.showModal();
}
