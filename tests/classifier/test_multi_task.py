"""Label sets that learn on one body: what each example tells, where each set's columns are, and how each fares."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from classifier import lineup
from classifier.examples import Example, Label, TrainingData
from classifier.multi_task import Result, Task, columns_of, compare, united
from classifier.profiles import PROFILES
from classifier.watch import Unwatched
from tests.classifier.toy import toy_data

LETTERS = Task(
    "letters",
    TrainingData((Label("a"), Label("b")), (Example("a b", ("a", "b")), Example("b", ("b",))), (Example("a", ("a",)),)),
    (),
)
SIGNS = Task("signs", TrainingData((Label("a"),), (Example("!", ()),), (), ("?",)), ())


def test_each_example_is_silent_about_the_labels_of_other_sets():
    data = united([LETTERS, SIGNS])
    assert data.label_names == ("letters: a", "letters: b", "signs: a")
    assert [example.labels for example in data.train] == [("letters: a", "letters: b"), ("letters: b",), ()]
    told = [[None if isnan(value) else value for value in example.soft_targets] for example in data.train]
    assert told == [[1, 1, None], [0, 1, None], [None, None, 0]]
    assert [example.labels for example in data.validation] == [("letters: a",)]
    assert data.unlabelled == ("?",)


def test_soft_targets_of_a_set_stay_soft():
    example = Example("a", ("a",), soft_targets=(0.75, nan))
    (told,) = united([replace(LETTERS, data=replace(LETTERS.data, train=(example,), validation=())), SIGNS]).train[:1]
    np.testing.assert_array_equal(told.soft_targets, [0.75, nan, nan])


def test_a_set_finds_its_columns_in_its_own_order():
    labels = united([SIGNS, LETTERS]).label_names
    assert columns_of(SIGNS, labels) == [0]
    assert columns_of(LETTERS, labels) == [1, 2]


def test_dragging_is_what_company_costs():
    assert Result("x", {"micro_f1": 0.8}, {"micro_f1": 0.7}).dragged() == pytest.approx(0.1)


def sets(items):
    """Two sets that ask different questions of the same texts; the second is half as large."""
    data = toy_data(items)
    fillers = tuple({example.text.split(" ")[0] for example in data.train})

    def asked(examples):
        return tuple(Example(e.text, (e.text.split(" ")[0],)) for e in examples)

    other = TrainingData(tuple(map(Label, fillers)), asked(data.train[: len(data.train) // 2]), asked(data.validation))
    return [Task("events", data, data.validation), Task("sources", other, other.validation)]


@pytest.mark.slow
def test_both_sets_are_learned_by_one_model(tmp_path):
    tasks = sets(192)
    recipe = replace(PROFILES["starter"].recipe("llm_head"), epochs=8, batch_size=16, seconds=60.0)
    for result in compare("llm_head", recipe, tasks, Unwatched(), tmp_path):
        assert result.alone["micro_f1"] > 0.9, result.task
        assert result.together["micro_f1"] > 0.9, result.task


def test_what_nobody_knows_does_not_move_its_columns(tmp_path):
    """Trained on one set only, a united model has learned nothing that lowers the scores of the other set."""
    tasks = sets(96)
    data = united(tasks)
    silent = replace(data, train=tuple(e for e in data.train if isnan(e.soft_targets[-1])), validation=())
    recipe = replace(PROFILES["starter"].recipe("bert"), epochs=10, batch_size=16)
    texts = [example.text for example in tasks[0].gold]
    model = lineup.fit("bert", recipe, silent, Unwatched(), tmp_path)
    known, unknown = (model.predict_proba(texts)[:, columns_of(task, model.labels)] for task in tasks)
    told = replace(silent, train=tuple(replace(example, soft_targets=()) for example in silent.train))
    lowered = lineup.fit("bert", recipe, told, Unwatched(), tmp_path).predict_proba(texts)
    assert unknown.mean() > 2 * lowered[:, columns_of(tasks[1], model.labels)].mean()
    assert known.max() > 0.9
