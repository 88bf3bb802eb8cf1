import numpy as np
import pytest

from classifier.examples import Example, Label, TrainingData
from classifier.reference import Reference
from classifier.targets import target_matrix
from classifier.validation import best_micro_f1
from tests.classifier.toy import toy_data


@pytest.mark.parametrize("word", ["收购 第9号", "recalls and a recall on Monday"])
def test_it_learns_chinese_and_english(word):
    data = toy_data()
    reference = Reference().fit(data)
    scores = reference.scores([example.text for example in data.validation])
    assert best_micro_f1(scores, target_matrix(data.validation, data.label_names)) > 0.95
    label = "收购" if "收购" in word else "recall"
    assert reference.scores([word])[0].argmax() == data.label_names.index(label)


def test_scores_are_probabilities_of_every_text():
    scores = Reference().fit(toy_data()).scores(["", "收购", "x" * 100_000])
    assert scores.dtype == np.float32
    assert scores.shape == (3, 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert Reference().fit(toy_data()).scores([]).shape == (0, 3)


def test_a_label_without_examples_is_never_likely():
    data = toy_data()
    wider = TrainingData((*data.labels, Label("质押")), data.train, ())
    assert Reference().fit(wider).scores(["收购 质押"])[0, 3] < 0.1


def test_english_is_read_by_words():
    texts = ["profit rose", "profit fell", "plant closed", "plant opened"] * 3
    examples = tuple(Example(text, (text.split()[0],)) for text in texts)
    reference = Reference().fit(TrainingData((Label("profit"), Label("plant")), examples, ()))
    assert reference.scores(["profits of a plant"])[0, 1] > reference.scores(["profits"])[0, 1]


def test_before_fitting_it_says_so():
    with pytest.raises(ValueError, match="not fitted"):
        Reference().scores(["收购"])
