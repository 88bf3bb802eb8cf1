// What the analyst does with an item: save, skip, flag, undo. A decision counts once the server has confirmed it.
import { conflictNotice } from "./conflict.js";
import { fill } from "./dom.js";
import * as drafts from "./drafts.js";
import { t } from "./words.js";

export class Decisions {
  constructor(desk) {
    this.desk = desk;
  }

  /** Save the ticked labels; `seen` is the version of the item that the analyst looked at. */
  save(seen = this.desk.seen) {
    const { ask, picks, token } = this.desk;
    const labels = picks.chosen;
    const said = labels.length ? labels.join(t("list.comma")) : t("label.none");
    this.store((item) => ask.save({ ...item, labels, token, seen_version: seen }), t("status.saved", { labels: said }));
  }

  say(kind) {
    const { ask, token } = this.desk;
    this.store((item) => ask[kind]({ ...item, token }), t(`status.${kind}`));
  }

  /** Flag with a note: the first press asks for it, the second one or Enter sends. */
  flag() {
    const { note } = this.desk.parts;
    if (note.value || note.dataset.flag) return this.say("flag");
    note.dataset.flag = "1";
    note.focus();
    this.desk.tell(t("status.flag_note"));
  }

  /** Enter in the note: send what it was written for. */
  withNote() {
    const { note } = this.desk.parts;
    note.blur();
    if (note.dataset.flag) this.say("flag");
    else this.save();
  }

  async store(request, done) {
    const { desk } = this;
    const { id } = desk.result?.item ?? {};
    if (!id || desk.busy) return;
    desk.tell(t("status.saving"));
    await desk.working(
      async () => {
        await request({ item_id: id, note: desk.parts.note.value });
        desk.saved = true;
        drafts.drop(id);
        desk.tell(`${done} · ${t("status.undo_hint")}`, "good");
        // Among open items the next one is now the first; elsewhere this one keeps its place.
        if (desk.bar.filter.state !== "open") desk.floor = id;
      },
      (error) => {
        desk.keepDraft();
        if (error.conflict) this.clash(error);
      },
    );
    if (desk.saved) await desk.next();
  }

  clash({ message, conflict }) {
    const { desk } = this;
    const keepTheirs = () => {
      desk.saved = true;
      drafts.drop(desk.result.item.id);
      desk.next();
    };
    const choices = { mine: desk.picks.chosen, keepMine: () => this.save(conflict.row_version), keepTheirs };
    desk.tell("");
    fill(desk.parts.conflict, conflictNotice({ message, conflict, ...choices }));
  }

  async undo() {
    const { desk } = this;
    let done = false;
    await desk.fetch(async () => {
      const answer = await desk.ask.undo();
      this.keepUndone(answer);
      done = true;
      return answer;
    });
    if (done) desk.tell(t("status.undone"), "good");
  }

  /** What was ticked comes back too, so that an undo is the start of a correction and not of a new beginning. */
  keepUndone({ undone, result }) {
    const entry = result.history.find((one) => one.id === undone.annotation_id);
    if (entry?.kind !== "submitted") return;
    const picks = entry.labels.map((name) => [name, "confirmed"]);
    drafts.keep(result.item.id, { picks, note: entry.note, seen: result.item.row_version });
  }
}
