// One listener for the page's keys. Silent while somebody types, composes characters, holds a modifier, or is on another tab.
const WALKING = ["j", "k"];
const TYPING = "input, textarea, select, [contenteditable]";

/** Listen for keys while `root` is visible; `actions` maps a key to what it does, `digit` gets 0 to 9 as a row number. */
export function listen(root, actions, digit) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !root.offsetParent) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    // Enter on a button or link means that button, unless it is only where the focus was left.
    if (
      event.key === "Enter" &&
      event.target.closest?.("button, a, summary, [role=option]") &&
      !event.target.closest(".keys-through")
    )
      return;
    const name = named(event);
    if (!/^\d$/.test(name) && !actions[name]) return;
    event.preventDefault();
    // A key that is held down would decide one item after the other unseen.
    if (event.repeat && !WALKING.includes(name)) return;
    if (actions[name]) actions[name](event);
    else digit(name === "0" ? 10 : Number(name));
  });
}

const named = ({ key, shiftKey }) => (key === "Enter" && shiftKey ? "Shift+Enter" : key.length === 1 ? key.toLowerCase() : key);
