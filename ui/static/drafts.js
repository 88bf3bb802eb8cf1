// Keeps what was ticked and typed but not saved yet, over a reload or a restart of the server.
const PREFIX = "news-triage.draft.";
const KEPT = 50;

export function keep(itemId, draft) {
  try {
    localStorage.setItem(PREFIX + itemId, JSON.stringify({ ...draft, at: Date.now() }));
    sweep();
  } catch {
    // A full or forbidden storage must not stop the work.
  }
}

export function recall(itemId) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + itemId));
  } catch {
    return null;
  }
}

export const drop = (itemId) => localStorage.removeItem(PREFIX + itemId);

function sweep() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  if (names.length <= KEPT) return;
  const aged = names.map((name) => [JSON.parse(localStorage.getItem(name)).at, name]).sort((a, b) => a[0] - b[0]);
  aged.slice(0, names.length - KEPT).forEach(([, name]) => localStorage.removeItem(name));
}
