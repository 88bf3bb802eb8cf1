"""When a live version may learn the latest corrections on top of what it knows, and when everything is trained."""

from dataclasses import asdict, replace

import pytest

from classifier.examples import Label
from classifier.profiles import PROFILES
from storage.tables import Version
from storage.training import LabelledItem
from workflow.continuing import continuation
from workflow.training_data import Snapshot

RECIPE = PROFILES["starter"].recipe("bert")
TRAIN = tuple(LabelledItem(number, f"text {number}", 0, False, (1,)) for number in range(1, 101))


def live(**changes):
    row = Version(classifier="bert", number=3, recipe=asdict(RECIPE), labels=["甲", "乙"], label_ids=[1, 2])
    row.is_sample, row.metrics = False, {}
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def snapshot(**changes):
    labels = (Label("乙"), Label("甲"))
    return replace(Snapshot(labels, (2, 1), TRAIN, (), (), (), 9), **changes)


def test_few_corrections_are_learned_on_top_with_the_columns_as_the_version_has_them():
    found = continuation(live(), RECIPE, snapshot(), [4, 5, 777])
    assert found.changed == {4, 5}
    assert (found.snapshot.label_ids, found.snapshot.names) == ((1, 2), ("甲", "乙"))
    assert found.report == {"continued": {"version": 3, "items": 2, "in_all": 2}}


@pytest.mark.parametrize(
    ("version", "recipe", "now", "annotated"),
    [
        (live(), replace(RECIPE, epochs=9), snapshot(), [4]),
        (live(labels=["甲", "丙"]), RECIPE, snapshot(), [4]),
        (live(label_ids=[1], labels=["甲"]), RECIPE, snapshot(), [4]),
        (live(is_sample=True), RECIPE, snapshot(), [4]),
        (live(), RECIPE, snapshot(), []),
        (live(), RECIPE, snapshot(), [777]),
        (live(), RECIPE, snapshot(), range(1, 7)),
        (live(metrics={"continued": {"in_all": 4}}), RECIPE, snapshot(), [4, 5]),
    ],
    ids=[
        "another recipe",
        "a label renamed",
        "a label more",
        "the sample is gone",
        "nothing annotated",
        "nothing to train on annotated",
        "much has changed",
        "much has changed since everything was trained",
    ],
)
def test_everything_is_trained_where(version, recipe, now, annotated):
    assert continuation(version, recipe, now, annotated) is None
