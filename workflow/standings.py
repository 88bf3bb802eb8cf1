"""Draws the conclusions from predictions and truths: who claims which label, how they disagree, what comes first.

The numbers are `classifier.disagreement`'s and `classifier.ordering`'s; this module only brings rows to them and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from classifier import disagreement, ordering
from classifier.examples import CLASSIFIERS
from classifier.rarity import HEAD
from storage import standings, truths
from storage.heard import TRUTH, heard
from storage.standings import Spoken
from storage.truths import KnownTruth

CHUNK = 500
"""Items a step; SQLite takes no unlimited number of parameters."""


@dataclass(frozen=True)
class Voices:
    """All that is said of one item: each classifier's prediction or None, and the truth or None."""

    predictions: Mapping[str, Spoken | None]
    known: KnownTruth | None

    @property
    def truth(self) -> frozenset[int] | None:
        """The labels of the truth; None where there is none."""
        return frozenset(self.known.labels) if self.known else None

    @property
    def proposals(self) -> dict[str, frozenset[int] | None]:
        """What each classifier proposes; None where it has not spoken."""
        return {name: frozenset(said.proposed) if said else None for name, said in self.predictions.items()}

    @property
    def heard(self) -> int:
        """Who has spoken, as it is stored."""
        spoken = [name for name, said in self.predictions.items() if said]
        return heard([*spoken, TRUTH] if self.known else spoken)

    @property
    def labels(self) -> frozenset[int]:
        """All labels that anybody says."""
        return frozenset[int]().union(*(labels for labels in (*self.proposals.values(), self.truth) if labels))


def refresh(session: Session, item_ids: Sequence[int]) -> None:
    """Recompute the claims and standings of items; the caller owns the transaction."""
    for start in range(0, len(item_ids), CHUNK):
        chunk = item_ids[start : start + CHUNK]
        voices = list_voices(session, chunk)
        spoken = frozenset[int]().union(*(said.labels for said in voices.values()))
        counts = truths.count_to_train(session, HEAD, spoken)
        standings.replace_claims(
            session, chunk, (row for item_id in chunk for row in _claims(item_id, voices[item_id]))
        )
        standings.update_standings(session, [_standing(item_id, voices[item_id], counts) for item_id in chunk])


def list_voices(session: Session, item_ids: Sequence[int]) -> dict[int, Voices]:
    """Return what is said of each of the items."""
    predictions = standings.list_spoken(session, item_ids)
    known = truths.list_truths(session, item_ids)
    return {
        item_id: Voices(
            {name: predictions.get((item_id, name)) for name in CLASSIFIERS},
            known.get(item_id),
        )
        for item_id in item_ids
    }


def _claims(item_id: int, voices: Voices) -> list[dict[str, Any]]:
    said = {**voices.proposals, "truth": voices.truth}
    return [
        {"item_id": item_id, "label_id": label_id, "heard": voices.heard}
        | {name: bool(labels and label_id in labels) for name, labels in said.items()}
        for label_id in sorted(voices.labels)
    ]


def _standing(item_id: int, voices: Voices, counts: Mapping[int, int]) -> dict[str, Any]:
    kind = disagreement.kind(voices.proposals, voices.truth)
    scores = [said.scores for said in voices.predictions.values() if said]
    keys = ordering.keys(scores, voices.proposals, counts, kind)
    return {
        "item": item_id,
        "kind": kind if scores else "",
        "band": disagreement.band_of(voices.proposals, voices.truth, counts) if scores else "",
        "instructive": keys.instructive,
        "uncertain": keys.uncertain,
        "rare": keys.rare,
        "heard": voices.heard,
    }
