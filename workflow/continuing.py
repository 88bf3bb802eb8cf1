"""Whether a live version can learn the latest corrections on top of what it knows: rules on rows. Knows no model.

Few corrections are learned within seconds that way; whatever else has changed needs a training of everything.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from classifier.continuing import can_go_on
from classifier.profiles import Recipe
from storage.tables import Version
from workflow.training_data import Snapshot

MOST_CHANGED = 0.05
"""A share of the items to train on, counted since the last training of everything."""
REPORT = "continued"
"""Where a version's metrics tell what it was continued from."""


@dataclass(frozen=True)
class Continuation:
    """Items that a live version has yet to learn, and the snapshot with the columns in its order."""

    live: Version
    changed: Collection[int]
    snapshot: Snapshot

    @property
    def total(self) -> int:
        """How many items have changed since everything was trained."""
        return learned_on_top(self.live) + len(self.changed)

    @property
    def report(self) -> dict[str, dict[str, int]]:
        """What is to be told of it, in a version's metrics."""
        return {REPORT: {"version": self.live.number, "items": len(self.changed), "in_all": self.total}}


def continuation(live: Version, recipe: Recipe, snapshot: Snapshot, annotated: Collection[int]) -> Continuation | None:
    """Return what a live version has to learn of the items annotated since; None where it has to be trained anew.

    That nothing labelled was imported since is the caller's to know.
    """
    if live.recipe != asdict(recipe) or not can_go_on(recipe) or not _same_world(live, snapshot):
        return None
    changed = {item.id for item in snapshot.train} & set(annotated)
    found = Continuation(live, changed, snapshot.in_order(live.label_ids))
    few = found.total <= MOST_CHANGED * len(snapshot.train)
    return found if changed and few else None


def learned_on_top(version: Version) -> int:
    """Return how many items a version learned since everything was trained."""
    return int(version.metrics.get(REPORT, {}).get("in_all", 0))


def _same_world(live: Version, snapshot: Snapshot) -> bool:
    known = dict(zip(live.label_ids, live.labels, strict=True))
    now = dict(zip(snapshot.label_ids, snapshot.names, strict=True))
    return known == now and live.is_sample == snapshot.is_sample
