import numpy as np

from workflow.gate import GoldAnswers, compare

LABELS = 8


def answers(candidate_errors, live_errors, items=400, few_shot=()):
    targets = np.eye(LABELS, dtype=bool)[np.arange(items) % LABELS]
    rare = np.isin(np.arange(LABELS), few_shot)
    return GoldAnswers(flip(targets, candidate_errors), flip(targets, live_errors), targets, rare)


def flip(targets, errors):
    changed = targets.copy()
    changed[errors] = np.roll(changed[errors], 1, axis=1)
    return changed


def test_the_first_version_goes_live():
    assert compare(None).promote


def test_a_clearly_worse_candidate_waits_and_says_by_how_much():
    verdict = compare(answers(candidate_errors=np.arange(0, 400, 4), live_errors=[]))

    assert not verdict.promote
    assert "micro-F1 is 0.250 lower" in verdict.reason


def test_a_better_candidate_goes_live():
    verdict = compare(answers(candidate_errors=[], live_errors=np.arange(0, 400, 4)))

    assert verdict.promote
    assert "0.250 higher" in verdict.reason


def test_a_difference_within_the_noise_does_not_hold_a_candidate_back():
    verdict = compare(answers(candidate_errors=[1, 11, 21, 31, 41], live_errors=[2, 12, 22, 32]))

    assert verdict.promote
    assert "within the noise" in verdict.reason


def test_a_candidate_that_forgot_the_few_shot_labels_waits_though_its_micro_f1_rose():
    # Label 7 is forgotten by the candidate; the live version errs elsewhere, and more.
    forgotten = np.arange(7, 400, 8)
    elsewhere = np.setdiff1d(np.arange(0, 400, 3), forgotten)
    verdict = compare(answers(forgotten, elsewhere, few_shot=[7]))

    assert not verdict.promote
    assert "few-shot" in verdict.reason


def test_few_shot_labels_with_hardly_any_gold_hold_nothing_back():
    verdict = compare(answers([7], [], items=16, few_shot=[7]))

    assert verdict.promote


def test_gold_without_labels_compares_nothing():
    targets = np.zeros((5, LABELS), dtype=bool)

    assert compare(GoldAnswers(targets, targets, targets, np.zeros(LABELS, dtype=bool))).promote
