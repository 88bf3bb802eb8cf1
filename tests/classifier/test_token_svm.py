import numpy as np
import pytest
import torch

from classifier.token_svm import fit_token_svm
from classifier.token_vectors import label_directions, token_vectors
from classifier.watch import Cancelled, Unwatched
from tests.classifier.toy import Recorder

# Token 1 means the first label, token 2 the second, 3 to 5 nothing; nobody has the third.
TOKENS = [[1, 3, 4], [1, 4, 5, 5], [1, 3], [2, 3, 4], [2, 5], [2, 4, 4], [3, 4], [5, 3], [4, 5]] * 4
TARGETS = np.array([[1 in text, 2 in text, False] for text in TOKENS])


@pytest.fixture
def svm():
    return fit_token_svm(TOKENS, TARGETS, 6, Unwatched())


def test_a_token_weighs_for_its_label(svm):
    assert svm.weights.shape == (6, 3)
    assert svm.weights[:, 0].argmax() == 1
    assert svm.weights[:, 1].argmax() == 2


def test_its_margins_tell_the_labels(svm):
    for text, wanted in zip(TOKENS, TARGETS, strict=True):
        margin = svm.weights[text].sum(dim=0) / (len(text) + svm.length) + svm.bias
        assert (margin > -0.3).tolist() == wanted.tolist()


def test_a_label_that_none_or_all_carry_says_so(svm):
    assert svm.bias[2] == -1
    assert not svm.weights[:, 2].any()
    assert fit_token_svm(TOKENS, np.ones((len(TOKENS), 1), dtype=bool), 6, Unwatched()).bias[0] == 1


def test_an_example_counts_for_no_label_that_is_unknown_of_it():
    strangers = [[1, 3]] * 40
    targets = np.concatenate([TARGETS, np.zeros((40, 3), dtype=bool)])
    unknown = np.zeros_like(targets)
    unknown[len(TOKENS) :, 0] = True

    def margin(**options):
        svm = fit_token_svm([*TOKENS, *strangers], targets, 6, Unwatched(), **options)
        return svm.weights[[1, 3]].sum(dim=0)[0] / (2 + svm.length) + svm.bias[0]

    assert margin(unknown=unknown) > 0 > margin()


def test_it_can_be_stopped():
    with pytest.raises(Cancelled):
        fit_token_svm(TOKENS, TARGETS, 6, Recorder(stop_after=0))


def test_directions_multiply_to_the_weights(svm):
    table, head = label_directions(svm, 10)
    torch.testing.assert_close(table @ head.T, svm.weights, atol=1e-4, rtol=1e-4)


def test_vectors_of_one_label_are_alike_and_others_told_apart_by_their_words(svm):
    vectors = token_vectors(svm, TOKENS, 64)

    def likeness(left, right):
        return torch.cosine_similarity(vectors[left].mean(dim=0), vectors[right].mean(dim=0), dim=0).item()

    assert vectors.shape == (6, 64)
    assert vectors.std().item() == pytest.approx(1)
    assert likeness([1, 3], [1, 5]) > likeness([1, 3], [2, 3])
    assert likeness([3, 4], [3, 4, 4]) > likeness([3, 4], [5, 5])
