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
from storage.items import Seen
from storage.tables import Annotation
from storage.truths import KnownTruth
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
    seen = _get(session, said.item_id)
    _refuse_stale(session, seen, said)
    chosen = _labels(session, said.labels)
    annotation_id = annotations.add_annotation(
        session,
        item_id=seen.item_id,
        kind=said.kind,
        labels=sorted(chosen.values()),
        note=said.note,
        person=said.person,
        token=said.token or uuid4().hex,
        seen_version=seen.row_version,
        before=(before := _snapshot(session, seen)),
    )
    if said.kind == "submitted":
        truth = KnownTruth("annotation", said.person, annotation_id=annotation_id, labels=chosen)
        store = truths.replace_truth if before["truth"] else truths.add_truth
        store(session, seen.item_id, truth)
    stays = said.kind == "skipped" and seen.state != "open"
    changed = items.change(session, seen, seen.state if stays else STATES[said.kind])
    return Submitted(annotation_id, changed.row_version, repeated=False)


def undo(session: Session, person: str) -> Undone:
    """Take back the person's last annotation that still stands; the item becomes what it was before."""
    last = annotations.get_last_standing(session, person=person)
    if last is None:
        raise Refused("There is nothing left to undo.")
    newest = annotations.get_last_standing(session, item_id=last.item_id)
    if newest is not None and newest.id != last.id:
        raise Conflict(f"{newest.person} has annotated this item since; open it to see both.", describe(newest))
    seen = _get(session, last.item_id)
    annotations.add_annotation(
        session,
        item_id=seen.item_id,
        kind=annotations.UNDONE,
        person=person,
        token=uuid4().hex,
        seen_version=seen.row_version,
        before=_snapshot(session, seen),
        undoes=last.id,
    )
    _restore(session, seen.item_id, last.before["truth"])
    changed = items.change(session, seen, last.before["state"])
    return Undone(last.id, changed.item_id, changed.row_version)


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


def _get(session: Session, item_id: int) -> Seen:
    if (found := items.get_seen(session, item_id)) is None:
        raise NotFound(f"There is no item {item_id}.")
    return found


def _repeated(session: Session, stored: tuple[int, int], said: Said) -> Submitted:
    annotation_id, item_id = stored
    if item_id != said.item_id:
        raise BadInput(f"The token {said.token!r} was used for another item.")
    return Submitted(annotation_id, _get(session, item_id).row_version, repeated=True)


def _refuse_stale(session: Session, item: Seen, said: Said) -> None:
    if said.seen_version is None or said.seen_version == item.row_version:
        return
    who, stands = _last_change(session, item.item_id)
    message = f"{who} has changed this item since you opened it; your labels are not saved yet."
    raise Conflict(message, {"row_version": item.row_version} | stands)


def _last_change(session: Session, item_id: int) -> tuple[str, dict[str, Any]]:
    """Return who changed an item last, and what they said with the labels that stand now."""
    last, known = annotations.get_last(session, item_id), truths.get_truth(session, item_id)
    stand = {"labels": list(known.labels.values()) if known else []}
    is_imported = known is not None and known.annotation_id is None
    if last is not None and not (is_imported and known.decided_at > last.created_at):
        return last.person, describe(last) | stand
    return "An import", {"kind": "import", "person": known.person if known else "", "note": ""} | stand


def _labels(session: Session, names: Sequence[str]) -> dict[int, str]:
    found = labels.list_label_ids(session, names)
    if unknown := [name for name in names if name not in found]:
        raise BadInput(f"There is no label named {unknown[0]!r}.")
    return {label_id: name for name, label_id in found.items()}


def _snapshot(session: Session, seen: Seen) -> dict[str, Any]:
    known = truths.get_truth(session, seen.item_id)
    if known is None:
        return {"state": seen.state, "truth": None}
    truth = {
        "labels": list(known.labels.values()),
        "origin": known.origin,
        "person": known.person,
        "at": known.decided_at.isoformat(),
        "annotation_id": known.annotation_id,
    }
    return {"state": seen.state, "truth": truth}


def _restore(session: Session, item_id: int, truth: dict[str, Any] | None) -> None:
    if truth is None:
        truths.remove_truth(session, item_id)
        return
    # A label that was archived since has no id here any more and cannot come back.
    chosen = {label_id: name for name, label_id in labels.list_label_ids(session, truth["labels"]).items()}
    decided_at = datetime.fromisoformat(truth["at"])
    known = KnownTruth(truth["origin"], truth["person"], decided_at, truth["annotation_id"], chosen)
    truths.replace_truth(session, item_id, known)
