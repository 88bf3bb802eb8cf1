"""One import, chunk by chunk: each is prepared without a lock and written in one short transaction.

A run that is killed leaves whole chunks; importing the file again adds the rest, for a known text adds nothing.
"""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

from sqlalchemy.orm import Session

from classifier import duplicates
from classifier.width import unify_width
from storage import importing as rows_in
from storage import imports
from storage.database import Database
from storage.heard import TRUTH, heard
from storage.known import KnownItem, list_known, list_known_hashes, list_label_names
from workflow import standings
from workflow.dealing import Dealer
from workflow.identity import text_hash
from workflow.kin_shingles import KinShingles
from workflow.placing import Fresh, Place, place
from workflow.readers import Row

CHUNK, CALM_CHUNK = 125, 3_000
"""Rows a transaction: so few that an analyst who saves meanwhile does not notice, more while nobody is at work."""
GIVING_WAY, LONGEST_PAUSE = 3.0, 0.5
"""An import pauses so many times as long as it had to wait for its turn, but never for more seconds than these."""
BY_TRUTH = heard([TRUTH])


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause Python's search for cycles: a chunk is many small objects without one, and was searched again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class Tally:
    """What a run has done so far."""

    rows: int = 0
    added: int = 0
    known: int = 0
    conflicts: int = 0
    rejected: int = 0
    labelled: int = 0
    new_labels: list[str] = field(default_factory=list)
    splits: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """Return the plain counts."""
        return {name: getattr(self, name) for name in ("rows", "added", "known", "rejected", "labelled")}


@dataclass
class ImportRun:
    """Writes chunks of rows; `described` are {name: (description, group)} of the labels that may have to be created.

    `total` is how many rows the file has, 0 where nobody counted.
    """

    database: Database
    import_id: int
    person: str
    dealer: Dealer
    described: Mapping[str, tuple[str, str]]
    forced: str = ""
    is_sample: bool = False
    total: int = 0
    tally: Tally = field(default_factory=Tally)
    shingles: KinShingles = field(default_factory=KinShingles)

    def write(self, rows: Sequence[Row]) -> None:
        """Store one chunk, and let people go before the next one."""
        # Where it had to wait, others want to write, and they are people who look at a screen.
        sleep(min(GIVING_WAY * self._write(rows), LONGEST_PAUSE))

    @_without_collector()
    def _write(self, rows: Sequence[Row]) -> float:
        """Store one chunk; return how many seconds it had to wait for its turn."""
        # All that looks at a text unifies it first, which is quick where it is done.
        plain = [unify_width(row.text) for row in rows]
        hashes = [text_hash(text) for text in plain]
        with self.database.read() as session:
            known = list_known_hashes(session, hashes)
        first = {text_hash: index for index, text_hash in reversed(list(enumerate(hashes)))}
        chosen = [index for text_hash, index in first.items() if text_hash not in known]
        fresh = _prepare([(rows[index], plain[index], hashes[index]) for index in sorted(chosen)])
        asked = monotonic()
        # When the power fails the last chunks may be missing, as after a kill; the end of the import is synced.
        with self.database.write(durable=False) as session:
            waited = monotonic() - asked
            self._store(session, list(zip(hashes, rows, strict=True)), fresh)
            # In the same transaction, so that what is told of a run that was cut off is what was kept of it.
            imports.note_import(session, self.import_id, {**self.tally.counts(), "total": self.total})
        return waited

    def _store(self, session: Session, rows: Sequence[tuple[str, Row]], fresh: Sequence[Fresh]) -> None:
        label_ids = self._labels(session, [row for _, row in rows])
        # Somebody else may have imported the same texts since they were looked up.
        known = list_known(session, [text_hash for text_hash, _ in rows])
        fresh = [row for row in fresh if row.text_hash not in known]
        known |= self._add(session, fresh, label_ids)
        added = {id(row.row) for row in fresh}
        again = [(row, known[text_hash]) for text_hash, row in rows if id(row) not in added and text_hash in known]
        self.tally.known += len(again)
        if again and not self.is_sample:
            self._meet_known(session, again, label_ids)

    def _labels(self, session: Session, rows: Sequence[Row]) -> dict[str, int]:
        names = dict.fromkeys(name for row in rows for name in row.labels or ())
        wanted = {name: self.described.get(name, ("", "")) for name in names}
        present = list_label_names(session, list(names))
        self.tally.new_labels += [name for name in names if name not in present]
        return rows_in.ensure_labels(session, wanted, is_sample=self.is_sample)

    def _add(self, session: Session, fresh: Sequence[Fresh], label_ids: Mapping[str, int]) -> dict[str, KnownItem]:
        """Insert the new rows; return them as known items by hash."""
        places = place(session, fresh, self.forced, self.dealer, self.shingles)
        ids = self._add_items(session, fresh, places)
        truths = {
            item_id: [label_ids[name] for name in row.row.labels]
            for item_id, row in zip(ids, fresh, strict=True)
            if row.row.labels is not None
        }
        rows_in.set_clusters(session, _clusters(ids, places))
        rows_in.add_keys(session, _new_keys(ids, places))
        rows_in.add_standings(session, ids, _standings([row.row for row in fresh]))
        rows_in.add_truths(session, truths, self.person)
        rows_in.add_truth_claims(session, truths)
        self.tally.added += len(ids)
        self.tally.labelled += len(truths)
        self.tally.splits.update(where.split for where in places)
        return {
            row.text_hash: KnownItem(
                item_id,
                where.split,
                self.is_sample,
                "import" if item_id in truths else None,
                frozenset(truths.get(item_id, ())),
            )
            for item_id, row, where in zip(ids, fresh, places, strict=True)
        }

    def _add_items(self, session: Session, fresh: Sequence[Fresh], places: Sequence[Place]) -> list[int]:
        rows = [row.row for row in fresh]
        items = {
            "text": [row.text for row in rows],
            "text_hash": [row.text_hash for row in fresh],
            "external_id": [row.external_id for row in rows],
            "source": [row.source for row in rows],
            "published_at": [row.published_at for row in rows],
            "companies": [list(row.companies) for row in rows],
            "split": [where.split for where in places],
        }
        plain = [row.plain for row in fresh]
        return rows_in.add_items(session, items, plain, is_sample=self.is_sample, import_id=self.import_id)

    def _meet_known(
        self, session: Session, again: Sequence[tuple[Row, KnownItem]], label_ids: Mapping[str, int]
    ) -> None:
        """Give known items a truth where they had none; what contradicts a truth becomes a conflict."""
        truths: dict[int, list[int]] = {}
        conflicts: list[tuple[int, Sequence[str], int]] = []
        adopted: dict[int, Row] = {}
        for row, item in again:
            if item.is_sample:
                adopted.setdefault(item.id, row)
            # What the sample says of a text is invented, so a real file does not contradict it.
            has_truth = item.origin is not None and not (item.is_sample and item.origin == "import")
            said = None if row.labels is None else [label_ids[name] for name in row.labels]
            if said is None:
                continue
            if not has_truth and item.id not in truths:
                truths[item.id] = said
            elif set(said) != (item.labels if has_truth else set(truths[item.id])):
                conflicts.append((item.id, row.labels or (), row.line))
        if adopted:
            self._adopt(session, adopted, {item.id: item for _, item in again})
        rows_in.add_truths(session, truths, self.person)
        rows_in.mark_changed(session, list(truths), state="labelled")
        standings.refresh(session, [*truths, *(item_id for item_id in adopted if item_id not in truths)])
        self.tally.labelled += len(truths)
        self.tally.conflicts += rows_in.add_conflicts(session, self.import_id, conflicts)

    def _adopt(self, session: Session, adopted: Mapping[int, Row], items: Mapping[int, KnownItem]) -> None:
        invented = [item_id for item_id in adopted if items[item_id].origin == "import"]
        rows_in.remove_truths(session, invented)
        rows_in.mark_changed(session, invented, state="open")
        rows_in.adopt(
            session, [_facts(row) | {"id": item_id, "import_id": self.import_id} for item_id, row in adopted.items()]
        )


def _prepare(rows: Sequence[tuple[Row, str, str]]) -> list[Fresh]:
    sketches = duplicates.sketch([plain for _, plain, _ in rows])
    return [Fresh(*row, sketched) for row, sketched in zip(rows, sketches, strict=True)]


def _facts(row: Row) -> dict[str, Any]:
    return {
        "external_id": row.external_id,
        "source": row.source,
        "published_at": row.published_at,
        "companies": list(row.companies),
    }


def _standings(rows: Sequence[Row]) -> dict[str, list[Any]]:
    said = [row.labels is not None for row in rows]
    return {
        "state": ["labelled" if labelled else "open" for labelled in said],
        "heard": [BY_TRUTH if labelled else 0 for labelled in said],
        "source": [row.source for row in rows],
        "published_at": [row.published_at for row in rows],
    }


def _clusters(ids: Sequence[int], places: Sequence[Place]) -> dict[int, int]:
    """Return {item id: cluster} of all that resemble another; a cluster is named after its first item."""
    found: dict[int, int] = {}
    for item_id, where in zip(ids, places, strict=True):
        if where.kin:
            found[where.kin.id] = found[item_id] = where.kin.cluster or where.kin.id
        elif ids[where.leader] != item_id:
            found[ids[where.leader]] = found[item_id] = ids[where.leader]
    return found


def _new_keys(ids: Sequence[int], places: Sequence[Place]) -> set[tuple[int, int]]:
    return {(key, item_id) for item_id, where in zip(ids, places, strict=True) for key in where.keys}
