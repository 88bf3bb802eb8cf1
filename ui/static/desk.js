// The desk: the item in front of the analyst, what is ticked for it, and its parts on the screen.
import { Decisions } from "./decisions.js";
import { fill, h, key, settled, token } from "./dom.js";
import { Drafts } from "./drafts.js";
import { filterBar } from "./filterbar.js";
import { item } from "./item.js";
import { Journey } from "./journey.js";
import { mark, matrix, rowsOf } from "./matrix.js";
import { neighbours } from "./neighbours.js";
import { Outbox } from "./outbox.js";
import { paceLine } from "./pace.js";
import { paste } from "./paste.js";
import { picker } from "./picker.js";
import { Picks } from "./picks.js";
import { NOT_SHOWN, stanceWords } from "./stances.js";
import { frame, restMessage } from "./triage_frame.js";
import { reason } from "./why.js";
import { t, tn } from "./words.js";

export class Desk {
  constructor(element, ask, setup) {
    Object.assign(this, { element, ask, setup, result: null, picks: new Picks(), busy: null, wish: null });
    this.drafts = new Drafts(setup.person);
    this.labels = byName(setup.labels);
    this.bar = filterBar({ setup, name: "triage", start: NOT_SHOWN, changed: (filter) => this.follow(filter) });
    this.picker = picker({
      setup,
      picked: (name) => this.picks.ticked(name),
      toggle: (name) => this.toggle(name),
    });
    this.pace = paceLine(ask);
    this.journey = new Journey(this);
    this.decide = new Decisions(this);
    this.outbox = new Outbox({
      confirmed: (entry) => this.decide.confirmed(entry),
      failed: (...failure) => this.decide.failed(...failure),
      changed: (isBusy) => this.parts.root.setAttribute("aria-busy", String(isBusy)),
    });
    this.paste = paste({ classify: (text) => this.classify(text), close: () => this.journey.next() });
    this.parts = frame(this);
    fill(element, this.parts.root);
    this.keep = settled(() => this.keepDraft(), 200);
  }

  /** Hand out another queue; what has no control of its own is told: a cell of the disagreements' maps, chosen items. */
  follow(filter) {
    this.tell(filter.ids ? tn("filter.ids", filter.ids.split(",").length) : stanceWords(filter));
    return this.journey.restart();
  }

  classify(text) {
    this.tell("");
    return this.fetch(() => this.ask.classify({ text }));
  }

  /** Ask the prompt classifier once more, after one of its examples was corrected. */
  askAgain() {
    const { id } = this.result.item;
    this.tell(t("status.asking_again"));
    return this.fetch(async () => {
      const answer = await this.ask.ask_again({ item_id: id });
      if (!answer.result.loading.includes("prompt")) this.tell(t("status.asked_again"), "good");
      return answer;
    });
  }

  /** Show what a request brings, one after the other; of those that wait, the last wish counts. What fails changes nothing. */
  async fetch(request) {
    this.wish = request;
    while (this.busy) await this.busy;
    if (this.wish !== request) return;
    this.busy = this.carryOut(request);
    await this.busy;
  }

  async carryOut(request) {
    this.keepDraft();
    this.parts.root.classList.add("waiting");
    try {
      // An item that came back stands in front of the analyst now, and goes before.
      if (!(await this.outbox.drained())) return;
      const { result, job } = await request();
      // Somebody may have written on while the answer was awaited.
      this.keepDraft();
      this.answered = request;
      this.show(result, job);
    } catch (error) {
      this.tell(error.message, "bad");
    } finally {
      this.busy = null;
      this.parts.root.classList.remove("waiting");
    }
  }

  /** Ask once more what was answered last; what comes is shown where it is more than before, and nobody went on meanwhile. */
  async repeat() {
    const { result, answered } = this;
    const answer = await answered();
    if (this.result !== result || this.busy || String(answer.result.loading) === String(result.loading)) return;
    this.keepDraft();
    this.show(answer.result, answer.job);
  }

  // --- showing ---

  show(result, job = null) {
    const before = this.result?.item?.id;
    Object.assign(this, { result, job, token: token(), saved: false, touched: false, rows: null });
    fill(this.parts.conflict);
    if (!result.item) return this.rest(result);
    const { id } = result.item;
    if (id && !this.journey.cameFrom) this.journey.trail.visit(id);
    this.seen = result.item.row_version;
    history.replaceState(null, "", id ? `?item=${id}` : "?");
    // Of an item that stood here already nothing is back.
    if (this.recall() && id !== before) this.tell(t("status.draft"));
    this.parts.root.dataset.state = id ? "item" : "pasted";
    this.keepFocus(() => this.draw());
    this.parts.item.scrollTop = 0;
    this.parts.matrix.scrollTop = 0;
    return this.paste.shown(!id);
  }

  draw() {
    const { result, parts } = this;
    fill(parts.item, item({ result }));
    fill(parts.why, reason(result, this.labels));
    this.drawMatrix();
    fill(parts.neighbours, neighbours(this));
    parts.askAgain.hidden = !result.classifiers.prompt || !result.item.id;
  }

  rest({ why, bare, left }) {
    this.parts.root.dataset.state = "rest";
    const again = this.journey.floor != null && (() => this.journey.restart());
    const widen = this.bar.isNarrow && (() => this.bar.use({}));
    // What is left and yet not handed out, colleagues have in hand.
    const leased = !again && left;
    fill(this.parts.rest, restMessage(leased ? tn("rest.leased", left) : why, { bare, leased, again, widen }));
  }

  /** Nothing was ever answered, not even that nothing is left: say why, and ask again when somebody wants it. */
  stuck() {
    this.parts.root.dataset.state = "rest";
    const again = h("button", { type: "button", onclick: () => this.journey.next() }, t("retry"));
    fill(this.parts.rest, h("p", {}, this.parts.status.textContent), again);
  }

  drawMatrix() {
    this.rows = rowsOf(this.result, [...this.picks.keys()]);
    this.keepFocus(() => fill(this.parts.matrix, matrix(this)));
    this.showSave();
  }

  /** Redraw without losing the place of the keyboard: the same label's row, else the item itself. */
  keepFocus(redraw) {
    const held = document.activeElement;
    const label = held?.closest?.("[data-label]")?.dataset.label;
    redraw();
    if (held === document.body || held?.isConnected) return;
    const row = label && this.parts.matrix.querySelector(`[data-label="${CSS.escape(label)}"] .tick`);
    (row || this.parts.item).focus({ preventScroll: true });
  }

  showSave() {
    const { length } = this.picks.chosen;
    fill(this.parts.save, length ? tn("action.save", length) : t("action.save_none"), key("⏎"));
  }

  tell(text, mood = "") {
    this.parts.status.textContent = text;
    this.parts.status.className = `status ${mood}`;
  }

  // --- ticking ---

  toggle(name) {
    if (!this.result?.item?.id || this.busy) return;
    this.picks.toggle(name);
    if (!this.rows.some((row) => row.name === name)) this.drawMatrix();
    else mark(this.parts.matrix.querySelector(`[data-label="${CSS.escape(name)}"]`), this.picks.get(name));
    this.changed();
  }

  use(names) {
    this.picks.use(names);
    this.drawMatrix();
    this.changed();
  }

  changed() {
    this.token = token();
    this.touched = true;
    this.showSave();
    this.keep();
  }

  /** Keep what was ticked and typed; `always`, also where it is only what the item began with. */
  keepDraft(always = false) {
    const { picks, saved, seen, touched } = this;
    const { id } = this.result?.item ?? {};
    const note = this.parts.note.value;
    if (id && !saved && (always || touched)) this.drafts.keep(id, { picks: [...picks], note, seen });
  }

  /** Take up the draft of the item, else what it begins with; tell whether its ticks are back. */
  recall() {
    const { result } = this;
    const draft = result.item.id ? this.drafts.recall(result.item.id) : null;
    // Ticks were meant for the item as it was; what was written is lost for no change of it.
    const isBack = draft?.seen === this.seen;
    this.picks = isBack ? new Picks(draft.picks) : Picks.of(result);
    if ([...this.picks.keys()].some((name) => !this.labels.has(name))) this.renew();
    this.parts.note.value = draft?.note ?? "";
    this.touched = isBack || Boolean(draft?.note);
    delete this.parts.note.dataset.flag;
    return isBack;
  }

  /** Labels, sources or versions are others than before. */
  async renew() {
    const setup = await this.ask.setup().catch(() => null);
    if (!setup) return;
    this.setup = setup;
    this.labels = byName(setup.labels);
    this.picks.keepKnown(this.labels);
    this.picker.offer(setup);
    this.bar.offer(setup);
    if (this.rows && this.parts.root.dataset.state === "item") this.drawMatrix();
  }

  /** Items or labels are others than before, and so may be all that was fetched. */
  async refresh() {
    this.journey.ahead.clear();
    await this.renew();
    const { state } = this.parts.root.dataset;
    if (state === "item") await this.journey.reload();
    if (state === "rest") await this.journey.next();
  }
}

const byName = (labels) => new Map(labels.map((label) => [label.name, label]));
