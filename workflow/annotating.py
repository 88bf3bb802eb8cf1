"""What a person says of an item: stored once, never overwritten, and taken back by another annotation.

Knows no classifier; `workflow/standings.py` draws the conclusions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from storage import annotations, items, labels, truths
from storage.tables import Annotation, Item, Standing, Truth
from workflow.errors import BadInput, Conflict, NotFound, Refused
from workflow.views import Submitted, Undone

STATES = {"submitted": "labelled", "skipped": "skipped", "flagged": "flagged"}
"""The state in which each kind of annotation leaves its item."""
NOTE_LENGTH = 2000


@dataclass(frozen=True)
class Said:
    """What a person says of an item; `token` makes a repeated save one, `seen_version` is what they looked at."""

    item_id: int
    kind: str
    person: str
    token: str = ""
    labels: tuple[str, ...] = ()
    note: str = ""
    seen_version: int | None = None

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        if len(self.note) > NOTE_LENGTH:
            raise BadInput(f"The note has {len(self.note)} characters; {NOTE_LENGTH} are possible.")
        if len(self.token) > 100:
            raise BadInput("The token is longer than 100 characters.")


def annotate(session: Session, said: Said) -> Submitted:
    """Store what was said, once for each token; raise `Conflict` when the item changed since it was seen."""
    if said.token and (stored := annotations.get_by_token(session, said.token)):
        return _repeated(session, stored, said)
    item, standing = _get(session, said.item_id)
    _refuse_stale(session, item, said)
    label_ids = _label_ids(session, said.labels)
    annotation = Annotation(
        item_id=item.id,
        kind=said.kind,
        labels=sorted(label_ids),
        note=said.note,
        person=said.person,
        token=said.token or uuid4().hex,
        seen_version=item.row_version,
        before=(before := _snapshot(session, standing)),
    )
    session.add(annotation)
    session.flush()
    if said.kind == "submitted":
        truth = Truth(item_id=item.id, origin="annotation", person=said.person, annotation_id=annotation.id)
        store = truths.replace_truth if before["truth"] else truths.add_truth
        store(session, truth, label_ids.values())
    if said.kind != "skipped" or standing.state == "open":
        standing.state = STATES[said.kind]
    _touch(item, standing)
    return Submitted(annotation.id, item.row_version, repeated=False)


def undo(session: Session, person: str) -> Undone:
    """Take back the person's last annotation that still stands; the item becomes what it was before."""
    last = annotations.get_last_standing(session, person=person)
    if last is None:
        raise Refused("There is nothing left to undo.")
    newest = annotations.get_last_standing(session, item_id=last.item_id)
    if newest is not None and newest.id != last.id:
        raise Conflict(f"{newest.person} has annotated this item since; open it to see both.", describe(newest))
    item, standing = _get(session, last.item_id)
    undone = Annotation(
        item_id=item.id,
        kind=annotations.UNDONE,
        person=person,
        token=uuid4().hex,
        seen_version=item.row_version,
        before=_snapshot(session, standing),
        undoes=last.id,
    )
    session.add(undone)
    _restore(session, standing, last.before)
    _touch(item, standing)
    return Undone(last.id, item.id, item.row_version)


def describe(annotation: Annotation) -> dict[str, Any]:
    """Return an annotation as the conflict message shows it."""
    return {
        "annotation_id": annotation.id,
        "kind": annotation.kind,
        "labels": annotation.labels,
        "note": annotation.note,
        "person": annotation.person,
        "at": annotation.created_at.isoformat(),
    }


def _get(session: Session, item_id: int) -> tuple[Item, Standing]:
    if not (found := items.list_with_standings(session, [item_id])):
        raise NotFound(f"There is no item {item_id}.")
    return found[0]


def _repeated(session: Session, stored: Annotation, said: Said) -> Submitted:
    if stored.item_id != said.item_id:
        raise BadInput(f"The token {said.token!r} was used for another item.")
    item, _ = _get(session, stored.item_id)
    return Submitted(stored.id, item.row_version, repeated=True)


def _refuse_stale(session: Session, item: Item, said: Said) -> None:
    if said.seen_version is None or said.seen_version == item.row_version:
        return
    who, stands = _last_change(session, item)
    message = f"{who} has changed this item since you opened it; your labels are not saved yet."
    raise Conflict(message, {"row_version": item.row_version} | stands)


def _last_change(session: Session, item: Item) -> tuple[str, dict[str, Any]]:
    """Return who changed an item last, and what they said with the labels that stand now."""
    last, known = annotations.get_last(session, item.id), truths.get_truth(session, item.id)
    stand = {"labels": list(known.labels.values()) if known else []}
    is_imported = known is not None and known.row.annotation_id is None
    if last is not None and not (is_imported and known.row.decided_at > last.created_at):
        return last.person, describe(last) | stand
    return "An import", {"kind": "import", "person": known.row.person if known else "", "note": ""} | stand


def _label_ids(session: Session, names: Sequence[str]) -> dict[str, int]:
    found = labels.list_label_ids(session, names)
    if unknown := [name for name in names if name not in found]:
        raise BadInput(f"There is no label named {unknown[0]!r}.")
    return found


def _snapshot(session: Session, standing: Standing) -> dict[str, Any]:
    known = truths.get_truth(session, standing.item_id)
    if known is None:
        return {"state": standing.state, "truth": None}
    truth = {
        "labels": list(known.labels.values()),
        "origin": known.row.origin,
        "person": known.row.person,
        "at": known.row.decided_at.isoformat(),
        "annotation_id": known.row.annotation_id,
    }
    return {"state": standing.state, "truth": truth}


def _restore(session: Session, standing: Standing, before: dict[str, Any]) -> None:
    standing.state = before["state"]
    if (truth := before["truth"]) is None:
        truths.remove_truth(session, standing.item_id)
        return
    row = Truth(
        item_id=standing.item_id,
        origin=truth["origin"],
        person=truth["person"],
        decided_at=datetime.fromisoformat(truth["at"]),
        annotation_id=truth["annotation_id"],
    )
    # A label that was archived since has no id here any more and cannot come back.
    truths.replace_truth(session, row, labels.list_label_ids(session, truth["labels"]).values())


def _touch(item: Item, standing: Standing) -> None:
    item.row_version += 1
    standing.leased_to, standing.leased_until = None, None
