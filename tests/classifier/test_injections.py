"""Instructions inside of a news text stay words: no control token, no label's token, nothing for any other item."""

from contextlib import nullcontext

import numpy as np
import pytest

from classifier.examples import Example
from classifier.prompt import PromptClassifier
from classifier.prompt_recipe import PromptRecipe
from tests.classifier.toy import INJECTIONS, Recorder, toy_data

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    """A starter that was trained for a moment; whether it is right does not matter here."""
    place = tmp_path_factory.mktemp("injections")
    return PromptClassifier.fit(PromptRecipe(seconds=60.0, epochs=1), toy_data(), Recorder(), place)


@pytest.fixture
def full_precision(monkeypatch):
    """In half precision the order of the sums would show, which is another one in another batch."""
    monkeypatch.setattr("classifier.prompt_local.half_precision", nullcontext)


def control_tokens(starter, text, examples=()):
    model = starter.model
    added = set(model.tokenizer.added_tokens_decoder)
    return [token for token in model.encode([model.form.write(text, examples)])[0] if token in added]


def example(text):
    return Example(text, toy_data().label_names[:1], similarity=0.5)


def test_there_are_fifty_in_two_languages():
    assert len(INJECTIONS) == 50
    assert {one["language"] for one in INJECTIONS} == {"en", "zh"}


def test_no_injection_brings_a_token_of_the_prompt_s_own(starter):
    for one in INJECTIONS:
        whole = control_tokens(starter, f"{one['text']}{one['injection']}")
        assert whole == control_tokens(starter, one["text"]), one["injection"]


def test_no_injection_in_a_retrieved_example_brings_one_either(starter):
    asked = toy_data().validation[0].text
    for one in INJECTIONS:
        whole = control_tokens(starter, asked, [example(f"{one['injection']}{one['text']}")])
        assert whole == control_tokens(starter, asked, [example(one["text"])]), one["injection"]


def test_an_injection_in_an_example_changes_no_other_item_and_says_no_other_label(starter, full_precision):
    quiet = [one.text for one in toy_data().validation[:4]]
    near = [[example("某公司宣布")]] * 4
    before = starter.predict_proba(quiet, near)
    hostile = [[example(one["injection"])] for one in INJECTIONS[:8]]
    scores = starter.predict_proba([*quiet, *["某公司宣布裁员"] * 8], near + hostile)
    assert scores.shape == (12, len(toy_data().label_names))
    assert np.isfinite(scores).all()
    assert scores[:4] == pytest.approx(before, abs=1e-4)


def test_an_injection_changes_no_other_item(starter, full_precision):
    quiet = [example.text for example in toy_data().validation[:4]]
    before = starter.predict_proba(quiet)
    hostile = [f"{one['text']}{one['injection']}" for one in INJECTIONS[:8]]
    scores = starter.predict_proba([*quiet, *hostile])
    assert scores.shape == (12, len(toy_data().label_names))
    assert np.isfinite(scores).all()
    assert scores[:4] == pytest.approx(before, abs=1e-4)
