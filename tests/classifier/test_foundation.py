import pytest
import torch

from classifier import foundation
from classifier.examples import TrainingData
from classifier.foundation import lay_foundation
from classifier.watch import Cancelled, Unwatched
from tests.classifier.toy import Recorder, toy_data


def test_what_was_made_once_is_found_again(tmp_path, monkeypatch):
    made = lay_foundation(toy_data(), tmp_path, Unwatched())
    monkeypatch.setattr(foundation, "fit_token_svm", None)
    again = lay_foundation(toy_data(), tmp_path, Unwatched())
    assert torch.equal(made.embeddings, again.embeddings)
    assert made.tokenizer.get_vocab() == again.tokenizer.get_vocab()


def test_what_a_killed_training_left_is_made_anew(tmp_path):
    with pytest.raises(Cancelled):
        lay_foundation(toy_data(), tmp_path, Recorder(stop_after=3))
    assert lay_foundation(toy_data(), tmp_path, Unwatched()).embeddings.shape[1] == foundation.WIDTH


def test_words_of_different_events_point_in_different_directions(tmp_path):
    made = lay_foundation(toy_data(), tmp_path, Unwatched())

    def vector(word):
        ids = made.tokenizer(word, add_special_tokens=False)["input_ids"]
        return torch.nn.functional.normalize(made.embeddings[ids].mean(dim=0), dim=0)

    assert vector("收购") @ vector("收购 公司") > vector("收购") @ vector("裁员") + 0.3


def test_the_same_data_makes_the_same_foundation(tmp_path):
    first, second = (lay_foundation(toy_data(), tmp_path / side, Unwatched()) for side in ("a", "b"))
    assert torch.allclose(first.embeddings, second.embeddings, atol=1e-5)


@pytest.mark.parametrize("data", [TrainingData((), (), ()), TrainingData(toy_data().labels, (), ())])
def test_nothing_to_learn_from_is_said_in_a_sentence(tmp_path, data):
    with pytest.raises(ValueError, match=r"There are no .*\."):
        lay_foundation(data, tmp_path, Unwatched())
