// Finds labels by any part of name, description, group or pinyin, several words at once. Knows no DOM.
const RECENT = "news-triage.recent-labels";
const KEPT = 8;

/** Return `find(query)` over labels: each hit {label, heading}, the best first; without a query recent ones, then all by group. */
export function labelSearch({ labels, pinyin }) {
  const indexed = labels.map((label) => entry(label, pinyin[label.name] ?? ""));
  const inGroups = [...indexed].sort((a, b) => a.label.group.localeCompare(b.label.group, "zh"));
  const byName = new Map(indexed.map((one) => [one.label.name, one]));
  return (query) => {
    const words = query.toLowerCase().split(/[\s,，、]+/).filter(Boolean);
    if (words.length) return ranked(indexed, words);
    const recent = recall().map((name) => byName.get(name)).filter(Boolean);
    return [
      ...recent.map(({ label }) => ({ label, heading: "recent" })),
      ...inGroups.filter((one) => !recent.includes(one)).map(({ label }) => ({ label, heading: label.group })),
    ];
  };
}

function entry(label, sound) {
  const name = label.name.toLowerCase();
  return { label, name, sound, all: `${name} ${label.group} ${label.description} ${sound}`.toLowerCase() };
}

/** What is named so comes before what sounds so, and that before what is only described so. */
function ranked(indexed, words) {
  const rank = ({ name, sound }) => {
    if (words.every((word) => name.startsWith(word))) return 0;
    if (words.every((word) => name.includes(word))) return 1;
    if (words.every((word) => name.includes(word) || sound.split(" ").some((one) => one.startsWith(word)))) return 2;
    return words.every((word) => name.includes(word) || sound.includes(word)) ? 3 : 4;
  };
  return indexed
    .filter(({ all }) => words.every((word) => all.includes(word)))
    .map((one) => ({ label: one.label, heading: "", rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank);
}

/** Remember that a label was used, the last first. */
export function used(name) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([name, ...recall().filter((one) => one !== name)].slice(0, KEPT)));
  } catch {
    // A full or forbidden storage only costs the shortcut.
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}
