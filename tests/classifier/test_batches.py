import numpy as np

from classifier.batches import encode, padded, shuffled_rows, sorted_rows
from classifier.tokens import train_tokenizer

LENGTHS = np.random.default_rng(0).integers(1, 200, 1000).tolist()


def test_an_epoch_holds_every_row_once():
    rows = np.concatenate(shuffled_rows(LENGTHS, 32, np.random.default_rng(0)))
    assert sorted(rows) == list(range(1000))
    assert sorted(np.concatenate(list(sorted_rows(LENGTHS, 32)))) == list(range(1000))


def test_texts_of_like_length_share_a_batch():
    batches = shuffled_rows(LENGTHS, 32, np.random.default_rng(0))
    computed = sum(max(LENGTHS[row] for row in rows) * len(rows) for rows in batches)
    assert computed < 1.1 * sum(LENGTHS)


def test_no_two_epochs_are_alike():
    generator = np.random.default_rng(0)
    first, second = (np.concatenate(shuffled_rows(LENGTHS, 32, generator)).tolist() for _ in range(2))
    assert first != second


def test_padding_is_masked():
    batch = padded([[5, 6, 7], [8]], pad=0)
    assert batch["input_ids"].shape == (2, 8)
    assert batch["attention_mask"].sum(dim=1).tolist() == [3, 1]


def test_an_endless_text_is_cut_and_still_ends_like_others():
    tokenizer = train_tokenizer(["召回产品"] * 3, 400)
    (ids,) = encode(tokenizer, ["召回" * 1_000_000], 16)
    assert len(ids) == 16
    assert ids[-1] == tokenizer.sep_token_id


def test_no_texts_are_no_batches():
    assert encode(train_tokenizer(["a"], 300), [], 16) == []
    assert list(sorted_rows([], 4)) == []


def test_a_batch_that_is_only_scored_holds_few_long_texts():
    lengths = [4096, 10, 4096, 20_000, 4096, 10]
    assert [batch.tolist() for batch in sorted_rows(lengths, 4)] == [[3], [0, 2], [4, 1], [5]]
