// The triage tab: one desk in front of one analyst, and the keys that reach everything on it.
import { Desk } from "./desk.js";
import { fill, h } from "./dom.js";
import { answeredEarly } from "./early.js";
import { askedItem } from "./go.js";
import { leaveAfterClick, listen } from "./keys.js";
import { whenSeenAgain } from "./seen.js";
import { asking } from "./server.js";
import { help } from "./triage_frame.js";
import { watchFor } from "./watching.js";
import { t } from "./words.js";

export async function mount({ element, server }) {
  const ask = asking(answeredEarly(server));
  try {
    const desk = new Desk(element, ask, await ask.setup());
    wire(desk);
    if (askedItem()) await desk.journey.open(askedItem());
    // Why the item of the address is not shown stands in the status, beside the first one of the queue.
    if (!desk.result) await desk.journey.next();
    if (!desk.result) desk.stuck();
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
    n: () => decide.note(),
    p: () => desk.paste.toggle(),
    "/": () => desk.picker.focus(),
    "?": () => help(desk.element),
  };
  listen(desk.element, actions, (row) => desk.rows?.[row - 1] && desk.toggle(desk.rows[row - 1].name));
  leaveAfterClick(".desk button, #tabs :is([role=tab], .overflow-menu button)");
  note.addEventListener("input", () => desk.changed());
  note.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") decide.leaveNote();
    if (event.key === "Enter") decide.withNote();
  });
  window.addEventListener("news-triage:open", (event) => journey.open(event.detail));
  window.addEventListener("news-triage:filter", (event) => desk.bar.use(event.detail));
  window.addEventListener("news-triage:data", () => desk.refresh());
  window.addEventListener("beforeunload", () => desk.keepDraft());
  whenSeenAgain(desk.element, () => desk.renew());
  watchFor(desk);
}
