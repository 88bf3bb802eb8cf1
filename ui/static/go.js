// Goes from one tab to another without a reload.
export function goTo(tab) {
  document.getElementById(`tab-${tab}-button`)?.click();
  document.activeElement?.blur();
}

/** Open an item on the triage tab. The address is set first: a triage tab that is drawn only now reads it. */
export function openItem(itemId) {
  history.replaceState(null, "", `?item=${itemId}`);
  goTo("triage");
  window.dispatchEvent(new CustomEvent("news-triage:open", { detail: itemId }));
}

export const askedItem = () => Number(new URLSearchParams(location.search).get("item")) || null;
