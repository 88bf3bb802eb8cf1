"""Whether the live retriever still fits what it should find: rules on rows. Knows no model."""

from collections.abc import Mapping
from typing import Any

from storage.tables import Version
from workflow.training_data import Snapshot

GROWTH = 1.2
"""So many times the items that it learned from make a retriever stale."""


def is_stale(live: Version, recipe: Mapping[str, Any], snapshot: Snapshot) -> bool:
    """Tell whether a retriever should be fitted again before the classifiers are."""
    if live.recipe != dict(recipe):
        return True
    if live.fingerprint == snapshot.fingerprint:
        return False
    grown = len(snapshot.train) >= GROWTH * live.metrics.get("train_items", 0)
    return grown or live.is_sample != snapshot.is_sample or set(live.label_ids) != set(snapshot.label_ids)
