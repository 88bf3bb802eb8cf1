// What the analyst does with an item: save, skip, flag, undo. The page goes on at once; a decision counts once the server has confirmed it.
import { conflictNotice } from "./conflict.js";
import { fill } from "./dom.js";
import { agreed } from "./matrix.js";
import { t } from "./words.js";

export class Decisions {
  constructor(desk) {
    this.desk = desk;
  }

  /** Save the ticked labels; `seen` is the version of the item that the analyst looked at. */
  save(seen = this.desk.seen) {
    const labels = this.desk.picks.chosen;
    const said = labels.length ? labels.join(t("list.comma")) : t("label.none");
    this.decide("save", { labels, seen_version: seen }, t("status.saved", { labels: said }));
  }

  /** Save what two classifiers agree on, with what was ticked and without what was rejected by hand. */
  saveAgreed() {
    const { desk } = this;
    if (!desk.result?.item?.id || desk.busy) return;
    const names = agreed(desk.result);
    if (!names) return desk.tell(t("status.nobody_agrees"), "bad");
    desk.picks.agree(names);
    this.save();
  }

  say(kind) {
    this.decide(kind, {}, t(`status.${kind}`));
  }

  /** Flag with a note: the first press asks for it, the second one or Enter sends. */
  flag() {
    const { note } = this.desk.parts;
    if (note.value || note.dataset.flag) return this.say("flag");
    note.dataset.flag = "1";
    note.focus();
    this.desk.tell(t("status.flag_note"));
  }

  /** Open the note, which is then part of a save. */
  note() {
    const { note } = this.desk.parts;
    delete note.dataset.flag;
    note.focus();
  }

  /** Escape in the note: nothing is to be flagged any more. */
  leaveNote() {
    const { note } = this.desk.parts;
    if (note.dataset.flag) this.desk.tell("");
    delete note.dataset.flag;
    note.blur();
  }

  /** Enter in the note: send what it was written for. */
  withNote() {
    const { note } = this.desk.parts;
    note.blur();
    if (note.dataset.flag) this.say("flag");
    else this.save();
  }

  decide(name, fields, done) {
    const { desk } = this;
    const { id } = desk.result?.item ?? {};
    if (!id || desk.busy) return;
    // The draft is kept until the server has confirmed: a crash now must not lose what was decided.
    desk.keepDraft(true);
    const said = { item_id: id, note: desk.parts.note.value, token: desk.token, ...fields };
    desk.saved = true;
    desk.tell(t("status.saving"));
    desk.outbox.add({ itemId: id, result: desk.result, done, send: () => desk.ask[name](said) });
    // Among open items the next one is now the first; elsewhere this one keeps its place.
    if (desk.journey.isFromQueue && desk.bar.filter.state !== "open") desk.journey.floor = id;
    desk.journey.advance();
  }

  confirmed({ itemId, done }) {
    const { desk } = this;
    desk.drafts.drop(itemId);
    desk.tell(`${done} · ${t("status.undo_hint")}`, "good");
    desk.journey.refill();
    desk.pace.renew();
  }

  /** Bring the item back that could not be saved; those decided behind it come next, as they were ticked. */
  failed(first, rest, error) {
    const { desk } = this;
    desk.keepDraft();
    const present = desk.result?.item?.id ? [desk.result] : [];
    desk.journey.ahead.putBack([...rest.map((entry) => entry.result), ...present]);
    desk.show(first.result);
    if (error.conflict) return this.clash(error);
    return desk.tell(t("status.not_saved", { why: error.message }), "bad");
  }

  clash({ message, conflict }) {
    const { desk } = this;
    const keepTheirs = () => {
      desk.saved = true;
      desk.drafts.drop(desk.result.item.id);
      desk.journey.advance();
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
      // What comes back may be the item on the desk: its draft is then that of the undo, and no other one.
      desk.keepDraft();
      desk.saved = true;
      this.keepUndone(answer);
      done = true;
      return answer;
    });
    if (!done) return;
    desk.tell(t("status.undone"), "good");
    desk.journey.refill();
    desk.pace.renew();
  }

  /** What was ticked comes back too, so that an undo is the start of a correction and not of a new beginning. */
  keepUndone({ undone, result }) {
    const entry = result.history.find((one) => one.id === undone.annotation_id);
    if (entry?.kind !== "submitted") return;
    const picks = entry.labels.map((name) => [name, "confirmed"]);
    this.desk.drafts.keep(result.item.id, { picks, note: entry.note, seen: result.item.row_version });
  }
}
