// Builds DOM. Every text becomes a text node: nothing that a news item says is ever read as markup.

/** Make an element: h("button.primary", { onclick, "aria-label": … }, "text", child, …). null and false are left out. */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...flat(children));
  return node;
}

function set(node, name, value) {
  if (value == null || value === false) return;
  if (name === "style") Object.entries(value).forEach(([property, v]) => node.style.setProperty(property, v));
  else if (name === "class") node.className = `${node.className} ${value}`.trim();
  else if (name.startsWith("on") || name in { value: 1, checked: 1, disabled: 1, textContent: 1 }) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

const flat = (children) => children.flat(9).filter((child) => child != null && child !== false);

/** Put these children in the place of the present ones. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** A small square key, as in the help. */
export const key = (name) => h("kbd", { "aria-hidden": "true" }, name);

/** A label's name as a chip. */
export const chip = (name, kind = "") => h("span.chip", { class: kind, title: name }, name);

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) node.setAttribute(name, value);
  node.append(...flat(children));
  return node;
}

/** Return a random text that no other save carries; works on plain http too. */
export const token = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Call `act` once the calls have stopped for a moment. */
export function settled(act, milliseconds = 250) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), milliseconds);
  };
}
