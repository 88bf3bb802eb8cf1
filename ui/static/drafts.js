// Keeps what was ticked and typed but not saved yet, over a reload or a restart of the server: each person's own.
const PREFIX = "news-triage.draft.";
const KEPT = 50;

export class Drafts {
  /** The browser may be shared: what one person ticked is not to be found by the next. */
  constructor(person) {
    this.prefix = `${PREFIX}${person}.`;
  }

  keep(itemId, draft) {
    try {
      localStorage.setItem(this.prefix + itemId, JSON.stringify({ ...draft, at: Date.now() }));
      sweep();
    } catch {
      // A full or forbidden storage must not stop the work.
    }
  }

  recall(itemId) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + itemId));
    } catch {
      return null;
    }
  }

  drop(itemId) {
    localStorage.removeItem(this.prefix + itemId);
  }
}

function sweep() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  if (names.length <= KEPT) return;
  const aged = names.map((name) => [JSON.parse(localStorage.getItem(name)).at, name]).sort((a, b) => a[0] - b[0]);
  aged.slice(0, names.length - KEPT).forEach(([, name]) => localStorage.removeItem(name));
}
