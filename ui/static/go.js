// Goes from one tab to another without a reload.
import { t } from "./words.js";

export function goTo(tab) {
  (document.getElementById(`tab-${tab}-button`) ?? folded(tab))?.click();
  document.activeElement?.blur();
}

/** Find a tab in the menu into which Gradio folds those that do not fit. */
const folded = (tab) =>
  [...document.querySelectorAll("#tabs .overflow-dropdown button")].find(
    (button) => button.textContent.trim() === t(`tab.${tab}`),
  );

/** Open an item on the triage tab. The address is set first: a triage tab that is drawn only now reads it. */
export function openItem(itemId) {
  history.replaceState(null, "", `?item=${itemId}`);
  goTo("triage");
  window.dispatchEvent(new CustomEvent("news-triage:open", { detail: itemId }));
}

/** Make a filter the triage tab's queue and go there. It is remembered first: a triage tab drawn only now reads it. */
export function workThrough(filter) {
  localStorage.setItem("news-triage.filter.triage", JSON.stringify(filter));
  history.replaceState(null, "", "?");
  goTo("triage");
  window.dispatchEvent(new CustomEvent("news-triage:filter", { detail: filter }));
}

export const askedItem = () => Number(new URLSearchParams(location.search).get("item")) || null;
