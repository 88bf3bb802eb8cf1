// The triage tab: hands the analyst one item after the other, and keeps what was decided until the server has confirmed it.
import { fill, h, key, settled, token } from "./dom.js";
import { Decisions } from "./decisions.js";
import * as drafts from "./drafts.js";
import { filterBar } from "./filterbar.js";
import { askedItem } from "./go.js";
import { item, reason } from "./item.js";
import { listen } from "./keys.js";
import { mark, matrix, rowsOf } from "./matrix.js";
import { neighbours } from "./neighbours.js";
import { paste } from "./paste.js";
import { picker } from "./picker.js";
import { Picks } from "./picks.js";
import { asking } from "./server.js";
import { frame, help, restMessage } from "./triage_frame.js";
import { watchFor } from "./watching.js";
import { t, tn } from "./words.js";

export async function mount({ element, server }) {
  const ask = asking(server);
  try {
    const setup = await ask.setup();
    await new Desk(element, ask, setup).start();
  } catch (error) {
    fill(
      element,
      h(
        "p.notice.bad",
        { role: "alert" },
        error.message,
        " ",
        h("button", { onclick: () => mount({ element, server }) }, t("retry")),
      ),
    );
  }
}

class Desk {
  constructor(element, ask, setup) {
    Object.assign(this, { element, ask, setup, result: null, picks: new Picks(), trail: [], floor: null, busy: false });
    this.labels = byName(setup.labels);
    this.bar = filterBar({
      setup,
      name: "triage",
      changed: () => {
        this.floor = null;
        this.next();
      },
    });
    this.picker = picker({
      labels: setup.labels,
      picked: (name) => this.picks.ticked(name),
      toggle: (name) => this.toggle(name),
    });
    this.paste = paste({ classify: (text) => this.classify(text), close: () => this.next() });
    this.parts = frame(this);
    fill(element, this.parts.root);
    this.keep = settled(() => this.keepDraft(), 200);
    this.decide = new Decisions(this);
    this.wire();
  }

  wire() {
    const note = this.parts.note;
    listen(
      this.element,
      {
        Enter: () => this.decide.save(),
        s: () => this.decide.say("skip"),
        f: () => this.decide.flag(),
        z: () => this.decide.undo(),
        j: () => this.pass(),
        k: () => this.back(),
        n: () => note.focus(),
        p: () => this.paste.toggle(),
        "/": () => this.picker.focus(),
        "?": () => help(this.element),
      },
      (row) => this.rows?.[row - 1] && this.toggle(this.rows[row - 1].name),
    );
    note.addEventListener("input", () => this.changed());
    note.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") note.blur();
      if (event.key === "Enter") this.decide.withNote();
    });
    window.addEventListener("news-triage:open", (event) => this.open(event.detail));
    window.addEventListener("beforeunload", () => this.keepDraft());
    window.addEventListener("news-triage:data", () => this.renew());
    watchFor(this);
  }

  start() {
    return askedItem() ? this.open(askedItem()) : this.next();
  }

  // --- which item ---

  async next() {
    await this.fetch(() => this.ask.next_item({ filter: this.bar.filter, after: this.floor }));
  }

  async open(itemId) {
    await this.fetch(() => this.ask.open_item({ item_id: itemId, filter: this.bar.filter }));
  }

  pass() {
    if (this.result?.item?.id) this.floor = this.result.item.id;
    this.next();
  }

  back() {
    this.trail.pop();
    const before = this.trail.pop();
    if (before) this.open(before);
    else this.tell(t("status.first"));
  }

  classify(text) {
    return this.fetch(() => this.ask.classify({ text }));
  }

  async fetch(request) {
    this.keepDraft();
    await this.working(async () => {
      const answer = await request();
      this.show(answer.result, answer.job);
      if (answer.left != null) this.parts.left.textContent = tn("status.left", answer.left);
    });
  }

  /** Do one thing at a time; what fails is told, and nothing on the page changes. */
  async working(act, failed = () => null) {
    if (this.busy) return;
    this.busy = true;
    this.parts.root.classList.add("waiting");
    try {
      await act();
    } catch (error) {
      this.tell(error.message, "bad");
      failed(error);
    } finally {
      this.busy = false;
      this.parts.root.classList.remove("waiting");
    }
  }

  // --- showing ---

  show(result, job) {
    this.result = result;
    this.job = job;
    this.token = token();
    fill(this.parts.conflict);
    if (!result.item) return this.rest(result.why);
    if (result.item.id && this.trail.at(-1) !== result.item.id) this.trail.push(result.item.id);
    this.seen = result.item.row_version;
    history.replaceState(null, "", result.item.id ? `?item=${result.item.id}` : "?");
    this.recall();
    fill(this.parts.item, item({ result }));
    fill(this.parts.why, reason(result));
    this.drawMatrix();
    const inPrompt = result.classifiers.prompt?.examples ?? [];
    fill(this.parts.neighbours, neighbours({ list: result.neighbours, why: result.unavailable?.neighbours, inPrompt, use: (names) => this.use(names) }));
    this.parts.root.dataset.state = result.item.id ? "item" : "pasted";
    this.parts.item.scrollTop = 0;
    this.paste.shown(!result.item.id);
  }

  rest(why) {
    this.parts.root.dataset.state = "rest";
    const again = this.floor != null && (() => this.restart());
    fill(this.parts.rest, restMessage(why, { again, widen: () => this.bar.use({}) }));
  }

  /** Go through the queue from its top, with what was passed before. */
  restart() {
    this.floor = null;
    return this.next();
  }

  drawMatrix() {
    this.rows = rowsOf(this.result, [...this.picks.keys()]);
    fill(this.parts.matrix, matrix({ ...this, toggle: (name) => this.toggle(name) }));
    this.showSave();
  }

  showSave() {
    const { length } = this.picks.chosen;
    fill(this.parts.save, length ? tn("action.save", length) : t("action.save_none"), key("⏎"));
  }

  // --- deciding ---

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
    this.showSave();
    this.keep();
  }

  keepDraft() {
    const touched = this.parts.note.value || this.picks.touched;
    if (this.result?.item?.id && touched && !this.saved)
      drafts.keep(this.result.item.id, { picks: [...this.picks], note: this.parts.note.value, seen: this.seen });
  }

  recall() {
    const { result } = this;
    const draft = result.item.id ? drafts.recall(result.item.id) : null;
    this.saved = false;
    this.picks = draft?.seen === this.seen ? new Picks(draft.picks) : Picks.of(result);
    if ([...this.picks.keys()].some((name) => !this.labels.has(name))) this.renew();
    this.parts.note.value = draft?.note ?? "";
    delete this.parts.note.dataset.flag;
    if (draft) this.tell(t("status.draft"));
  }

  // --- around ---

  tell(text, mood = "") {
    this.parts.status.textContent = text;
    this.parts.status.className = `status ${mood}`;
  }

  /** Labels and sources were added, renamed or removed somewhere. */
  async renew() {
    const setup = await this.ask.setup().catch(() => null);
    if (!setup) return;
    this.labels = byName(setup.labels);
    this.picker.offer(setup.labels);
    this.bar.offer(setup);
    if (this.rows && this.parts.root.dataset.state === "item") this.drawMatrix();
  }
}

const byName = (labels) => new Map(labels.map((label) => [label.name, label]));
