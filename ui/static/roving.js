// Moves through a table or a chart by arrow keys, of which one place alone is in the tab order. Also keeps the focus over a redraw.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Let the arrow keys walk over `rows()`, a list of lists of elements; Home and End go to the ends of a row. */
export function rove(container, rows) {
  const settle = (chosen) =>
    rows().forEach((row) => row.forEach((one) => one.setAttribute("tabindex", one === chosen ? 0 : -1)));
  container.addEventListener("focusin", (event) => {
    const place = placeOf(rows(), event.target);
    if (place) settle(rows()[place[0]][place[1]]);
  });
  container.addEventListener("keydown", (event) => {
    const place = placeOf(rows(), event.target);
    const next = place && target(rows(), place, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  settle(rows().flat()[0]);
}

function placeOf(rows, element) {
  const row = rows.findIndex((cells) => cells.some((cell) => cell === element));
  return row < 0 ? null : [row, rows[row].indexOf(element)];
}

function target(rows, [row, column], key) {
  if (key === "Home") return rows[row][0];
  if (key === "End") return rows[row].at(-1);
  const [down, right] = STEPS[key] ?? [];
  if (down === undefined) return null;
  const there = rows[row + down];
  return there?.[Math.min(Math.max(column + right, 0), there.length - 1)];
}

/** Redraw what lies in a container; whoever had the focus there, known by `data-key`, has it again, or what is next to it. */
export function keepingFocus(container, redraw) {
  const held = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  redraw();
  if (held === undefined) return;
  const same = container.querySelector(`[data-key="${CSS.escape(held)}"]`);
  // What is gone, or cannot be pressed any more, would leave the keyboard nowhere.
  const now = same && !same.disabled ? same : container.querySelector("[tabindex='0'], button:enabled");
  now?.focus({ preventScroll: true });
}
