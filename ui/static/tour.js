// Shows a newcomer around in five steps beside the parts that they speak of. Never in the way: the page stays usable.
import { fill, h } from "./dom.js";
import { goTo } from "./go.js";
import { t } from "./words.js";

const KEPT = "news-triage.tour";
const STEPS = [
  { name: "item", at: ".desk .item" },
  { name: "matrix", at: ".desk .judge" },
  { name: "neighbours", at: ".desk .similar" },
  { name: "actions", at: ".desk:not([data-state=rest]) .actions", low: true },
  { name: "tabs", at: "#tabs [role=tablist]" },
];
const GAP = 12;
let open = null;

/** Start the tour for somebody who sees the page for the first time, as soon as there is an item to speak of. */
export function welcome({ experienced }) {
  if (experienced || localStorage.getItem(KEPT)) return;
  const begin = () => {
    if (!visible(".desk[data-state=item] .item")) return false;
    startTour();
    return true;
  };
  if (begin()) return;
  const watcher = new MutationObserver(() => begin() && watcher.disconnect());
  watcher.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
}

/** Show the first step, wherever the tour was. */
export function startTour() {
  open?.close();
  goTo("triage");
  open = new Tour();
  open.show(0);
}

class Tour {
  constructor() {
    this.before = document.activeElement;
    this.element = h("section.nt.tour", {
      role: "dialog",
      "aria-modal": "false",
      "aria-labelledby": "tour-title",
      "aria-describedby": "tour-text",
    });
    this.pressed = (event) => event.key === "Escape" && !event.defaultPrevented && this.close();
    // What it speaks of is on the triage tab; who goes elsewhere has seen enough.
    this.left = ({ target }) => target.closest?.("[role=tab]") && this.close();
    this.place = () => this.point();
    document.addEventListener("keydown", this.pressed);
    document.addEventListener("click", this.left);
    window.addEventListener("resize", this.place);
    document.addEventListener("scroll", this.place, true);
    document.body.append(this.element);
  }

  show(index) {
    this.index = index;
    const { name } = STEPS[index];
    const isLast = index === STEPS.length - 1;
    const forth = h(
      "button.primary",
      { type: "button", onclick: () => (isLast ? this.close() : this.show(index + 1)) },
      isLast ? t("tour.done") : t("tour.next"),
    );
    fill(
      this.element,
      h("h2", { id: "tour-title" }, t(`tour.${name}.title`)),
      h("p", { id: "tour-text" }, t(`tour.${name}.text`)),
      h(
        "footer",
        {},
        h("small", {}, t("tour.place", { n: index + 1, of: STEPS.length })),
        !isLast && h("button.link", { type: "button", onclick: () => this.close() }, t("tour.skip")),
        index > 0 && h("button", { type: "button", onclick: () => this.show(index - 1) }, t("tour.back")),
        forth,
      ),
    );
    visible(STEPS[index].at)?.scrollIntoView({ block: "nearest" });
    this.point();
    forth.focus({ preventScroll: true });
  }

  /** Stand beside the part that is spoken of; where there is no room, at the foot of the window. */
  point() {
    const part = visible(STEPS[this.index].at);
    this.mark(part);
    const spot = part && beside(part.getBoundingClientRect(), this.element.getBoundingClientRect());
    this.element.classList.toggle("docked", !spot);
    // Without a boolean, `toggle` would flip what is there.
    this.element.classList.toggle("high", !spot && Boolean(STEPS[this.index].low));
    for (const side of ["left", "top"]) this.element.style[side] = spot ? `${spot[side]}px` : "";
  }

  mark(part) {
    if (this.part !== part) this.part?.classList.remove("toured");
    this.part = part;
    part?.classList.add("toured");
  }

  close() {
    localStorage.setItem(KEPT, "seen");
    document.removeEventListener("keydown", this.pressed);
    document.removeEventListener("click", this.left);
    window.removeEventListener("resize", this.place);
    document.removeEventListener("scroll", this.place, true);
    this.mark(null);
    this.element.remove();
    // Back to where the keys reach the desk, unless the focus was somewhere of its own.
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
    open = null;
  }
}

const visible = (selector) => [...document.querySelectorAll(selector)].find((node) => node.offsetParent) ?? null;

/** Find room for a card on one side of a part; null where there is none. */
function beside(part, card) {
  const { innerWidth: wide, innerHeight: high } = window;
  if (wide < 700) return null;
  const level = clamp(part.top, high - card.height);
  const middle = clamp(part.left + (part.width - card.width) / 2, wide - card.width);
  const spots = [
    { left: part.right + GAP, top: level },
    { left: part.left - card.width - GAP, top: level },
    { left: middle, top: part.bottom + GAP },
    { left: middle, top: part.top - card.height - GAP },
  ];
  const fits = ({ left, top }) =>
    left >= GAP && top >= GAP && left + card.width <= wide - GAP && top + card.height <= high - GAP;
  return spots.find(fits) ?? null;
}

const clamp = (value, most) => Math.min(Math.max(value, GAP), most - GAP);
