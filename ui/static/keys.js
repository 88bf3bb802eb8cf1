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
      return pressOnce(event);
    const name = named(event);
    if (!/^\d$/.test(name) && !actions[name]) return;
    event.preventDefault();
    // A key that is held down would decide one item after the other unseen.
    if (event.repeat && !WALKING.includes(name)) return;
    if (actions[name]) actions[name](event);
    else digit(name === "0" ? 10 : Number(name));
  });
}

/** Held down on a button that decides, Enter would decide one item after the other too. */
function pressOnce(event) {
  if (event.repeat && event.target.matches(".actions > button")) event.preventDefault();
}

/** Take the focus from a button that a pointer pressed: the next Enter is meant for the item, not for that button. */
export function leaveAfterClick(buttons) {
  const leave = ({ detail, target }) => {
    const button = detail > 0 && target.closest?.(buttons);
    if (button && !button.closest(".keys-through")) button.blur();
  };
  // Before the button acts, which may give the focus to something else.
  document.addEventListener("click", leave, { capture: true });
}

const named = ({ key, shiftKey }) => (key === "Enter" && shiftKey ? "Shift+Enter" : key.length === 1 ? key.toLowerCase() : key);
