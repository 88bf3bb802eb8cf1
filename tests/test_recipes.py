"""Every named recipe, from the command line to a version that says the same when it is loaded again."""

import json
from contextlib import contextmanager
from itertools import zip_longest

import numpy as np
import pytest

from classifier import lineup
from classifier.examples import CLASSIFIERS
from classifier.presets import PRESETS, presets_of
from classifier.profiles import PROFILES
from tests.browser.conftest import command, rows
from tests.conftest import labelled_rows, write_jsonl
from workflow.questions import questions
from workflow.use_cases import build
from workflow.version_files import version_directory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SINGLE = "bert-single-label"
OTHERWISE = {SINGLE, "prompt-reasoning"}
"""The one refuses items with several labels, the other the starter: checkpoints reason in tests/classifier."""
JOBS = [
    [preset.name for preset in presets if preset is not None and preset.name not in OTHERWISE]
    for presets in zip_longest(*(presets_of(classifier) for classifier in CLASSIFIERS))
]
"""Each retraining takes one recipe of each classifier; the first makes the teachers of later ones."""
STORED = """
    SELECT item_id, scores FROM prediction JOIN item ON item.id = item_id
    WHERE version_id = ? AND split = 'gold' ORDER BY item_id LIMIT ?
"""
COMPARED = 24
FURTHEST, ROUNDED = 0.1, 0.01
"""Half precision sums in another order in another batch; a wrongly loaded model is apart by far more."""


@contextmanager
def sample_desk(data):
    """Put the shipped sample into a data folder, nothing trained; at the end wait for its worker."""
    cases = build(data, None, PROFILES["starter"])
    cases.importing.load_sample()
    cases.database.close()
    # Some of its labels are the sample's, and none of its texts: copies are not learned twice.
    write_jsonl(data / "similar.jsonl", labelled_rows(200, seed=9))
    yield
    # Whatever a worker still predicts must be over before its folder goes.
    command("predict", "--data", data)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A data folder with the shipped sample."""
    data = tmp_path_factory.mktemp("recipes") / "data"
    with sample_desk(data):
        yield data


@pytest.mark.parametrize("names", JOBS, ids="+".join)
def test_a_recipe_trains_on_the_sample_and_its_version_says_the_same_when_loaded(sample, names):
    trains_and_says_the_same(sample, names)


def test_a_recipe_for_single_labels_trains_on_the_items_that_have_one(sample, tmp_path):
    exported = tmp_path / "all.jsonl"
    command("export", "training", "--format", "jsonl", "--output", exported, "--data", sample)
    lines = exported.read_text(encoding="utf-8").splitlines()
    single = [row for row in map(json.loads, lines) if len(row["labels"]) == 1]
    command("import", write_jsonl(tmp_path / "single.jsonl", single), "--data", tmp_path / "data")
    trains_and_says_the_same(tmp_path / "data", [SINGLE])


def trains_and_says_the_same(data, names):
    command("retrain", *(word for name in names for word in ("--recipe", name)), "--wait", "--data", data)
    say_the_same(data, names)


def say_the_same(data, names):
    """Load the newest version of each recipe, and hold what it says to what was stored when it was trained."""
    cases = build(data, None, PROFILES["starter"])
    try:
        for name in names:
            says_the_same(cases, data, name)
    finally:
        cases.database.close()


def says_the_same(cases, data, name):
    classifier = PRESETS[name].classifier
    # A classifier's own recipe needs no name, so the page does not send it.
    known = {name, ""} if presets_of(classifier)[0].name == name else {name}
    version = next(one for one in cases.retraining.versions(classifier) if one.recipe["preset"] in known)
    stored = dict(rows(data, STORED, version.id, COMPARED))
    model = lineup.load(version.classifier, version_directory(data, version.classifier, version.id))
    texts = dict(rows(data, "SELECT id, text FROM item"))
    asked = questions(cases.retraining.neighbours, model, list(stored), [texts[item_id] for item_id in stored])
    said = asked.ask(model)
    assert len(stored) == COMPARED
    assert np.isfinite(said).all()
    columns = json.loads(rows(data, "SELECT label_ids FROM version WHERE id = ?", version.id)[0][0])
    apart = []
    for row, scores in zip(said, map(json.loads, stored.values()), strict=True):
        known = dict(zip(map(str, columns), row.tolist(), strict=True))
        apart += [abs(known[label] - score) for label, score in scores.items()]
    assert max(apart) < FURTHEST
    assert np.mean(apart) < ROUNDED
