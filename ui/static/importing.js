// The import panel: choose a file, say what its columns hold, follow the import to its end in every tab.
import { columnForm } from "./columns.js";
import { fill, h } from "./dom.js";
import { dropZone, takeDrops } from "./dropzone.js";
import { earlier, outcome, running } from "./imports.js";
import { preview, summary } from "./preview.js";
import { forLeads } from "./role.js";
import { sampleNotice } from "./sample.js";
import { asking } from "./server.js";
import { LARGEST, upload } from "./upload.js";
import { language, number, percent, t, tn } from "./words.js";

const BUSY = 1000,
  IDLE = 8000,
  MEGABYTE = 1024 ** 2;

export function mount({ element, server }) {
  new Panel(element, asking(server)).run();
}

class Panel {
  constructor(element, ask) {
    Object.assign(this, { element, ask, file: null, imports: [], shown: "" });
    this.status = h("p.status", { role: "status", "aria-live": "polite" });
    this.parts = Object.fromEntries(["sample", "stage", "outcome", "earlier"].map((name) => [name, h(`div.${name}`)]));
    const { sample, stage, outcome, earlier } = this.parts;
    stage.classList.add("for-leads");
    fill(element, h("h2", {}, t("import.title")), forLeads(), sample, stage, this.status, outcome, earlier);
    this.draw();
    takeDrops(element, (file, others) => this.take(file, others));
    window.addEventListener("news-triage:data", () => this.refresh());
  }

  /** Poll: often while an import runs, now and then otherwise, never for a page that nobody sees. */
  async run() {
    if (!document.hidden && (this.element.offsetParent || !this.shown)) await this.refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), this.current ? BUSY : IDLE);
  }

  get current() {
    return this.imports.find((one) => one.status === "running");
  }

  async refresh() {
    const state = await this.ask.state().catch((error) => this.tellSilence(error.message));
    if (!state) return;
    // What was told of a file stays until another one is chosen.
    if (this.silent) this.tell("");
    this.imports = state.imports;
    const shown = JSON.stringify(state);
    if (shown !== this.shown) this.show(state, shown);
    const ended = this.followed && this.followed !== this.current?.id;
    this.followed = this.current?.id ?? null;
    if (ended) window.dispatchEvent(new Event("news-triage:data"));
  }

  show(state, shown) {
    this.shown = shown;
    fill(
      this.parts.sample,
      sampleNotice(state.sample, () => this.removeSample()),
    );
    if (this.file?.form) this.file.form.sample(Boolean(state.sample));
    this.hasSample = Boolean(state.sample);
    fill(
      this.parts.outcome,
      outcome(this.imports[0], () => this.show(state, shown)),
    );
    const open = this.parts.earlier.querySelector("details")?.open;
    fill(this.parts.earlier, earlier(this.imports, open));
    this.draw();
  }

  /** Draw what the panel is at: an import that runs, a file that was chosen, or the place for one. */
  draw() {
    const { stage } = this.parts;
    const at = this.current ? "running" : this.file ? "file" : "empty";
    if (at === "running") fill(stage, running(this.current));
    else if (stage.dataset.at !== at) fill(stage, this.file?.element ?? dropZone((file) => this.take(file, 0)));
    stage.dataset.at = at;
    this.parts.outcome.hidden = Boolean(this.file);
  }

  /** Send a chosen file to the server and look at what it holds. */
  async take(file, others) {
    if (this.current) return this.tell(t("import.one_at_a_time"), "bad");
    if (file.size > LARGEST) return this.tell(t("import.too_large", { name: file.name }), "bad");
    this.tell(others ? t("import.first_of_many", { name: file.name }) : "");
    const stop = new AbortController();
    this.drop();
    const mine = (this.file = { name: file.name, stop, element: h("div.chosen") });
    this.parts.stage.dataset.at = "";
    const bar = transfer(file, () => this.back());
    fill(mine.element, bar.element);
    this.draw();
    try {
      mine.upload = await upload(file, bar.show, stop.signal);
      await this.look(mine);
    } catch (error) {
      if (error.taken_back || this.file !== mine) return;
      this.back();
      this.tell(error.message, "bad");
    }
  }

  async look(file) {
    fill(file.element, h("p.hint", {}, t("import.reading", { name: file.name })));
    const answer = await this.ask.look({ upload: file.upload }).catch((error) => ({ error }));
    const held = answer.preview ?? (await this.columnsOf(file, answer.error));
    file.head = h("p.file-head", { role: "status" }, summary(held));
    file.body = h("div.nt-preview", {}, held.rows ? preview(held) : h("p.notice.warn", {}, answer.error.message));
    file.form = columnForm(held, {
      sample: this.hasSample,
      changed: () => this.lookAgain(file),
      start: () => this.start(file),
      back: () => this.back(),
    });
    fill(file.element, file.head, file.form.element, file.body);
    file.form.ready(Boolean(held.rows));
  }

  /** A file whose text column has no known name can still be imported, once somebody says which one it is. */
  async columnsOf(file, error) {
    const { columns } = await this.ask.columns({ upload: file.upload }).catch(() => {
      throw error;
    });
    return { columns, mapping: {}, filename: file.name };
  }

  async lookAgain(file) {
    const turn = (file.turn = (file.turn ?? 0) + 1);
    const { mapping, encoding } = file.form.values();
    file.body.classList.add("waiting");
    try {
      const answer = await this.ask.look({ upload: file.upload, mapping, encoding });
      if (turn !== file.turn) return;
      fill(file.head, summary(answer.preview));
      fill(file.body, preview(answer.preview));
      file.form.ready(true);
    } catch (error) {
      if (turn !== file.turn) return;
      fill(file.body, h("p.notice.bad", { role: "alert" }, error.message));
      file.form.ready(false);
    }
    file.body.classList.remove("waiting");
  }

  async start(file) {
    file.form.ready(false);
    try {
      const { id } = await this.ask.start({ upload: file.upload, language, ...file.form.values() });
      // A small file is in before anybody has seen it on its way.
      this.followed = id;
      this.file = null;
      this.tell("");
    } catch (error) {
      this.tell(error.message, "bad");
      file.form.ready(true);
    }
    await this.run();
  }

  /** Let go of the chosen file, and of what the server has of it. */
  drop() {
    const { stop, upload } = this.file ?? {};
    this.file = null;
    stop?.abort();
    if (upload) this.ask.forget({ upload }).catch(() => null);
  }

  back() {
    this.drop();
    this.tell("");
    this.draw();
    this.parts.stage.querySelector("input")?.focus();
  }

  async removeSample() {
    try {
      const { removed } = await this.ask.remove_sample();
      this.tell(tn("sample.removed", removed.items), "good");
    } catch (error) {
      this.tell(error.message, "bad");
    }
    window.dispatchEvent(new Event("news-triage:data"));
  }

  /** Tell that the server does not answer, until it does again. */
  tellSilence(text) {
    this.tell(text, "bad");
    this.silent = true;
  }

  tell(text, mood = "") {
    this.silent = false;
    this.status.textContent = text;
    this.status.className = `status ${mood}`;
  }
}

/** How much of a file has been sent. */
function transfer(file, stop) {
  const all = number(Math.max(0.1, file.size / MEGABYTE).toFixed(1));
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("import.uploading", { name: file.name }) });
  const said = h("span.faint");
  const show = (sent) => {
    bar.value = file.size ? sent / file.size : 1;
    const values = { share: percent(bar.value), sent: number((sent / MEGABYTE).toFixed(1)), all };
    said.textContent = t("import.sent", values);
  };
  show(0);
  const cancel = h("button", { type: "button", onclick: stop }, t("cancel"));
  const title = h("p", { role: "status" }, t("import.uploading", { name: file.name }));
  return { element: h("div.progress-card", {}, title, h("div.progress", {}, bar, said, cancel)), show };
}
