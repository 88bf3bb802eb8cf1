"""How often people decided just what a classifier had proposed: for the statistics and for the desk's quiet line."""

import json
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import labels, statistics
from storage.tables import Version

DECISIONS = 2_000
"""Acceptance is told of so many of the newest decisions: what people think of the present classifiers, in no time."""


@dataclass(frozen=True)
class Acceptance:
    """How often people decided exactly what a classifier had proposed, part of it, or nothing of it."""

    all: int
    some: int
    none: int


def acceptance(session: Session, person: str = "", since: datetime | None = None) -> dict[str, Acceptance]:
    """Compare what people, or one of them, decided with what each classifier had proposed last before that."""
    current = {row.name: row.id for row in labels.list_labels(session, include_archived=True)}
    known: dict[int, dict[str, int]] = {}
    verdicts: dict[tuple[int, str], str] = {}
    read = cache(json.loads)
    for annotation, decided, classifier, version_id, proposed in statistics.list_proposals(
        session, CLASSIFIERS, DECISIONS, person, since
    ):
        if version_id not in known:
            version = session.get_one(Version, version_id)
            # A label may have been renamed after it was proposed, or after it was decided.
            known[version_id] = dict(zip(version.labels, version.label_ids, strict=True)) | current
        names = known[version_id]
        # The rows come in the order of time, so the last proposal before the decision is the one that counts.
        verdicts[annotation, classifier] = judge(set(read(proposed)), {names.get(name, name) for name in read(decided)})
    told = {name: Counter(said for (_, who), said in verdicts.items() if who == name) for name in CLASSIFIERS}
    return {name: Acceptance(of["all"], of["some"], of["none"]) for name, of in told.items() if of}


def judge(proposed: Set[int], decided: Set[int | str]) -> str:
    """Tell whether a proposal was accepted: all of it and nothing else, some of it, or none."""
    if proposed == decided:
        return "all"
    return "some" if proposed & decided else "none"
