"""Instructions inside of a news text stay words: no control token, no label's token, nothing for any other item."""

import json
from pathlib import Path

import numpy as np
import pytest

from classifier.prompt import PromptClassifier
from classifier.prompt_recipe import PromptRecipe
from tests.classifier.toy import Recorder, toy_data

pytestmark = pytest.mark.slow
FILE = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "injections.jsonl"
INJECTIONS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    """A starter that was trained for a moment; whether it is right does not matter here."""
    place = tmp_path_factory.mktemp("injections")
    return PromptClassifier.fit(PromptRecipe(seconds=60.0, epochs=1), toy_data(), Recorder(), place)


def control_tokens(starter, text):
    model = starter.model
    added = set(model.tokenizer.added_tokens_decoder)
    return [token for token in model.encode([model.form.write(text)])[0] if token in added]


def test_there_are_fifty_in_two_languages():
    assert len(INJECTIONS) == 50
    assert {one["language"] for one in INJECTIONS} == {"en", "zh"}


def test_no_injection_brings_a_token_of_the_prompt_s_own(starter):
    for one in INJECTIONS:
        whole = control_tokens(starter, f"{one['text']}{one['injection']}")
        assert whole == control_tokens(starter, one["text"]), one["injection"]


def test_an_injection_changes_no_other_item(starter):
    quiet = [example.text for example in toy_data().validation[:4]]
    before = starter.predict_proba(quiet)
    hostile = [f"{one['text']}{one['injection']}" for one in INJECTIONS[:8]]
    scores = starter.predict_proba([*quiet, *hostile])
    assert scores.shape == (12, len(toy_data().label_names))
    assert np.isfinite(scores).all()
    # Half precision sums in another order in another batch.
    assert scores[:4] == pytest.approx(before, abs=0.02)
