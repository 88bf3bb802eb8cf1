// The triage tab: one desk in front of one analyst, and the keys that reach everything on it.
import { Desk } from "./desk.js";
import { fill, h } from "./dom.js";
import { answeredEarly } from "./early.js";
import { askedItem } from "./go.js";
import { listen } from "./keys.js";
import { asking } from "./server.js";
import { help } from "./triage_frame.js";
import { watchFor } from "./watching.js";
import { t } from "./words.js";

export async function mount({ element, server }) {
  const ask = asking(answeredEarly(server));
  try {
    const desk = new Desk(element, ask, await ask.setup());
    wire(desk);
    await (askedItem() ? desk.journey.open(askedItem()) : desk.journey.next());
  } catch (error) {
    const again = h("button", { onclick: () => mount({ element, server }) }, t("retry"));
    fill(element, h("p.notice.bad", { role: "alert" }, error.message, " ", again));
  }
}

function wire(desk) {
  const { decide, journey, parts } = desk;
  const { note } = parts;
  const actions = {
    Enter: () => decide.save(),
    "Shift+Enter": () => decide.saveAgreed(),
    s: () => decide.say("skip"),
    f: () => decide.flag(),
    z: () => decide.undo(),
    j: () => journey.pass(),
    k: () => journey.back(),
    n: () => note.focus(),
    p: () => desk.paste.toggle(),
    "/": () => desk.picker.focus(),
    "?": () => help(desk.element),
  };
  listen(desk.element, actions, (row) => desk.rows?.[row - 1] && desk.toggle(desk.rows[row - 1].name));
  note.addEventListener("input", () => desk.changed());
  note.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") note.blur();
    if (event.key === "Enter") decide.withNote();
  });
  window.addEventListener("news-triage:open", (event) => journey.open(event.detail));
  window.addEventListener("news-triage:filter", (event) => desk.bar.use(event.detail));
  window.addEventListener("news-triage:data", () => desk.renew());
  window.addEventListener("beforeunload", () => desk.keepDraft());
  watchFor(desk);
}
