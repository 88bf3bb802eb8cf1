"""Pseudo-labels, distillation and mixing as pure numbers, on cases worked by hand."""

import numpy as np
import pytest

from classifier.distillation import consensus, majority, soft_targets
from classifier.examples import Example
from classifier.mixing import mixed_in, resembling
from classifier.options.data import Distillation, PseudoLabels
from classifier.pseudo_labels import agree
from classifier.targets import taught_targets

NAN = float("nan")
HALF = np.full((2, 2), 0.5, dtype=np.float32)


def said(*classifiers):
    return np.array(classifiers, dtype=np.float32)


def test_only_items_on_which_all_propose_the_same_labels_are_taken():
    one = [[0.9, 0.1], [0.9, 0.1], [0.9, 0.9], [0.2, 0.1]]
    other = [[0.8, 0.3], [0.2, 0.9], [0.9, 0.2], [0.1, 0.4]]
    agreed = agree(said(one, other), HALF, PseudoLabels(audit=0.0))
    # The second is disputed, the third half disputed, of the fourth both say that no label applies.
    assert agreed.learned.tolist() == [0]
    assert agreed.labels.tolist() == [[True, False], [False, False], [False, False], [False, False]]


def test_the_margin_is_a_share_of_the_way_from_the_threshold_to_one():
    scores = said([[0.59, 0.0], [0.61, 0.0], [0.0, 0.86], [0.0, 0.84]])
    thresholds = np.array([[0.5, 0.8]], dtype=np.float32)
    # 0.2 of the way: from 0.5 that is 0.6, from 0.8 it is 0.84; the least sure score of an item decides.
    agreed = agree(scores, thresholds, PseudoLabels(margin=0.19, audit=0.0))
    assert agreed.learned.tolist() == [1, 2, 3]
    assert agree(scores, thresholds, PseudoLabels(margin=0.21, audit=0.0)).learned.tolist() == [1, 2]
    twice = said([[0.9, 0.9]], [[0.9, 0.55]])
    assert agree(twice, HALF, PseudoLabels(margin=0.11, audit=0.0)).learned.size == 0


def test_nothing_passes_a_threshold_of_one_or_more():
    scores = said([[1.0, 1.0]])
    assert agree(scores, np.array([[1.0, 2.0]], np.float32), PseudoLabels(margin=0.1)).learned.size == 0


def test_a_label_gains_no_more_than_its_cap_and_the_surest_come_first():
    scores = said([[0.7, 0.0], [0.9, 0.0], [0.8, 0.95], [0.0, 0.9], [0.99, 0.0]])
    agreed = agree(scores, HALF[:1], PseudoLabels(cap=2, audit=0.0))
    # The surest: 4 (0.99), 1 (0.9), 3 (0.9); then 2, which needs both labels, finds no room, nor does 0.
    assert agreed.learned.tolist() == [1, 3, 4]


def test_a_share_is_drawn_for_people_and_not_learned():
    scores = np.full((1, 40, 2), 0.9, dtype=np.float32)
    draws = [agree(scores, HALF[:1], PseudoLabels(audit=0.1), seed) for seed in (1, 1, 2)]
    assert [len(draw.audited) for draw in draws] == [4, 4, 4]
    assert all(sorted([*draw.learned, *draw.audited]) == list(range(40)) for draw in draws)
    assert draws[0].audited.tolist() == draws[1].audited.tolist() != draws[2].audited.tolist()


def test_no_items_agree_on_nothing():
    agreed = agree(np.zeros((2, 0, 2), np.float32), HALF, PseudoLabels())
    assert (agreed.learned.size, agreed.audited.size) == (0, 0)


def test_teachers_are_averaged_and_one_that_does_not_know_a_label_does_not_count():
    scores = said([[0.2, NAN, NAN]], [[0.6, 0.5, NAN]])
    np.testing.assert_allclose(consensus(scores), [[0.4, 0.5, NAN]], rtol=1e-6)


def test_a_label_is_proposed_by_more_than_half_of_the_teachers_that_know_it():
    scores = said([[0.6, 0.6, NAN, 0.1]], [[0.6, 0.4, 0.9, NAN]], [[0.2, 0.4, NAN, NAN]])
    thresholds = np.full((3, 4), 0.5, dtype=np.float32)
    assert majority(scores, thresholds).tolist() == [[True, False, True, False]]
    assert majority(scores[:2], thresholds[:2]).tolist() == [[True, False, True, False]]


def test_soft_targets_lie_between_truth_and_teachers():
    truth = np.array([[True, False, True]])
    mixed = soft_targets(np.array([[0.5, 0.2, NAN]], np.float32), truth, 0.25)
    np.testing.assert_allclose(mixed, [[0.875, 0.05, 1.0]], rtol=1e-6)
    np.testing.assert_allclose(soft_targets(mixed, truth, 1.0), mixed)


def test_learning_soft_targets_is_learning_truth_and_teacher():
    """Guards the one line of algebra that distillation rests on, against the losses added up separately."""
    torch = pytest.importorskip("torch")
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    logits, truth, teacher = torch.randn(5, 3), torch.randint(0, 2, (5, 3)).bool(), torch.rand(5, 3)
    mixed = torch.from_numpy(soft_targets(teacher.numpy(), truth.numpy(), 0.3))
    apart = 0.7 * entropy(logits, truth.float()) + 0.3 * entropy(logits, teacher)
    torch.testing.assert_close(entropy(logits, mixed), apart)


ROWS = [
    ("甲公司质押股份", ["质押"]),
    ("乙公司裁员", ["裁员", "诉讼"]),
    ("丙公司开会", ["会议"]),
    ("丁被起诉", ["诉讼"]),
]


def test_other_examples_say_nothing_of_labels_that_their_set_does_not_know():
    examples = mixed_in(ROWS, ["股权质押", "诉讼", "召回"], {"质押": "股权质押"}, 10)
    # Nothing is said of "召回", which no row carries; the row with "会议" alone would teach nothing.
    assert [(example.text, example.labels) for example in examples] == [
        ("甲公司质押股份", ("股权质押",)),
        ("乙公司裁员", ("诉讼",)),
        ("丁被起诉", ("诉讼",)),
    ]
    np.testing.assert_array_equal([e.soft_targets for e in examples], [[1, 0, NAN], [0, 1, NAN], [0, 1, NAN]])


def test_so_many_are_drawn_by_the_seed():
    rows = [(f"{number}号", ["诉讼"]) for number in range(30)]
    draws = [mixed_in(rows, ["诉讼"], {}, 8, seed) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
    assert len(draws[0]) == 8
    assert mixed_in(rows, ["召回"], {}, 8) == ()


def test_copies_of_what_is_measured_on_are_found():
    held_out = ["星河药业召回两批存在缺陷的产品，公告称。", "云岭银行股东质押三成股权"]
    texts = ["星河药业召回两批存在缺陷的产品，公告称！", "另一家公司召回了产品", "云岭银行股东质押三成股权。"]
    assert resembling(texts, held_out) == [True, False, True]
    assert resembling([], held_out) == []
    assert resembling(texts, []) == [False, False, False]


def test_targets_are_the_labels_unless_an_example_says_more():
    plain, soft = Example("甲", ("诉讼",)), Example("乙", soft_targets=(0.25, NAN))
    targets, unknown = taught_targets([plain, soft], ["诉讼", "召回"])
    np.testing.assert_array_equal(targets, [[1, 0], [0.25, 0]])
    np.testing.assert_array_equal(unknown, [[False, False], [False, True]])
    assert taught_targets([plain], ["诉讼", "召回"])[1] is None


@pytest.mark.parametrize(
    ("kind", "values"),
    [(PseudoLabels, {"cap": 0}), (PseudoLabels, {"audit": 1.0}), (Distillation, {"weight": 0.0})],
)
def test_settings_that_make_no_sense_are_refused(kind, values):
    with pytest.raises(ValueError, match=next(iter(values))):
        kind(**values)
