import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.trie import AnswerTokens, LabelTrie

END, SEPARATOR = 99, 98


def answer_tokens(labels, separator=(SEPARATOR,), end=(END,), others=(50,)):
    return AnswerTokens(tuple(map(tuple, labels)), others, separator, end)


def every_answer(trie, so_far=()):
    """Walk the trie to the end along every path."""
    for token in trie.allowed(so_far):
        if len(so_far) > 20:
            raise AssertionError("an answer that never ends")
        said = (*so_far, token)
        if said[-len(trie.answer.end) :] == trie.answer.end:
            yield said
        else:
            yield from every_answer(trie, said)


def every_set_in_every_order(tokens):
    numbers = range(len(tokens.labels))
    for size in range(len(tokens.labels) + 1):
        yield from (tokens.write(order) for order in itertools.permutations(numbers, size))


def test_exactly_the_answers_without_repetition_can_be_said():
    tokens = answer_tokens([(1, 2), (1, 3), (4,)])
    assert sorted(every_answer(LabelTrie(tokens))) == sorted(every_set_in_every_order(tokens))


def test_a_label_that_begins_another_label_can_be_said():
    tokens = answer_tokens([(1,), (1, 2), (1, 2, 3)])
    assert sorted(every_answer(LabelTrie(tokens))) == sorted(every_set_in_every_order(tokens))


def test_labels_of_one_token_need_no_separator():
    tokens = answer_tokens([(1,), (2,), (3,)], separator=())
    assert sorted(every_answer(LabelTrie(tokens))) == sorted(every_set_in_every_order(tokens))


def test_others_stands_alone():
    trie = LabelTrie(answer_tokens([(1,), (2,)]))
    assert trie.allowed([]) == [1, 2, 50]
    assert trie.allowed([50]) == [END]
    assert trie.allowed([1, SEPARATOR]) == [2]


def test_after_the_end_only_the_end_is_repeated():
    assert LabelTrie(answer_tokens([(1,)])).allowed([1, END, END]) == [END]


def test_generate_sees_only_what_follows_the_prompt():
    allowed = LabelTrie(answer_tokens([(1, 2), (3,)])).prefix_allowed_tokens_fn(3)
    assert allowed(0, [7, 7, 7, 1]) == [2]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple), min_size=1, max_size=3))
def test_any_label_set_can_be_said_and_nothing_else(labels):
    tokens = answer_tokens(sorted(labels))
    assert sorted(every_answer(LabelTrie(tokens))) == sorted(every_set_in_every_order(tokens))


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": [(1,), (1,)]},
        {"labels": [(1,), ()]},
        {"labels": [(1,)], "separator": (END,)},
    ],
)
def test_answers_that_cannot_be_told_apart_are_refused(wrong):
    with pytest.raises(ValueError, match="label"):
        answer_tokens(**wrong)
