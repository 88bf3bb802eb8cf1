"""How texts become windows: what is read of a long one, and that it is told."""

import pytest
from transformers import Qwen2Config

from classifier.options.reading import Reading
from classifier.reading import Frame, Reader, windows_of
from classifier.tokens import CLS, SEP, load_tokenizer, train_tokenizer

WORDS = [f"w{number}" for number in range(400)]
LONG = " ".join(WORDS)


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(["the company recalls its products", LONG], 600)


def reader(tokenizer, max_length=32, frame=None, **reading):
    return Reader(tokenizer, max_length, Reading(**reading), frame)


@pytest.mark.parametrize(
    ("reading", "windows"),
    [
        (Reading(), [[(0, 10)]]),
        (Reading(mode="head_tail", head_share=0.3), [[(0, 3), (18, 25)]]),
        # Windows of 10 every 4 tokens; the last one is full.
        (Reading(mode="windows", stride=4), [[(0, 10)], [(4, 14)], [(8, 18)], [(12, 22)], [(15, 25)]]),
        (Reading(mode="windows", stride=4, most_windows=2), [[(0, 10)], [(4, 14)]]),
        # No stride leaves a gap.
        (Reading(mode="windows", stride=99), [[(0, 10)], [(10, 20)], [(15, 25)]]),
    ],
)
def test_windows_by_hand(reading, windows):
    assert windows_of(25, 10, reading) == windows


@pytest.mark.parametrize("mode", ["head", "head_tail", "windows"])
@pytest.mark.parametrize("length", [0, 1, 10])
def test_what_fits_is_read_whole_in_one_window(mode, length):
    assert windows_of(length, 10, Reading(mode=mode)) == [[(0, length)]]


@pytest.mark.parametrize("mode", ["head", "head_tail", "windows"])
def test_a_text_that_spells_out_a_control_token_has_none(tokenizer, tmp_path, mode):
    """Bug: transformers gives a small Qwen2's tokenizer a token that the model lacks; one text with it silenced it."""
    tokenizer.save_pretrained(str(tmp_path))
    Qwen2Config().save_pretrained(str(tmp_path))
    qwen2 = load_tokenizer(tmp_path)
    assert "<|endoftext|>" in qwen2.all_special_tokens
    for one in (tokenizer, qwen2):
        frame, specials = Frame.of(one), set(one.all_special_ids)
        for window in reader(one, mode=mode).read([" ".join(qwen2.all_special_tokens) * 9])[0]:
            assert not specials & set(window[len(frame.before) : len(window) - len(frame.after)])
            assert max(window) < len(tokenizer)


@pytest.mark.parametrize("mode", ["head", "head_tail", "windows"])
def test_every_window_is_framed_and_short_enough(tokenizer, mode):
    for windows in reader(tokenizer, mode=mode, stride=16).read([LONG, "the company", ""]):
        for window in windows:
            assert len(window) <= 32
            assert tokenizer.convert_ids_to_tokens([window[0], window[-1]]) == [CLS, SEP]


def test_a_short_text_is_read_alike_in_every_mode(tokenizer):
    read = [reader(tokenizer, mode=mode).read(["the company recalls", ""]) for mode in ("head", "head_tail", "windows")]
    assert read[0] == read[1] == read[2]


def test_head_and_tail_hold_the_first_and_the_last_words(tokenizer):
    ((window,),) = reader(tokenizer, mode="head_tail", head_share=0.5).read([LONG])
    text = tokenizer.decode(window, skip_special_tokens=True)
    assert text.startswith("w0 w1")
    assert text.endswith("w398 w399")


def test_windows_together_hold_every_token(tokenizer):
    body = tokenizer(LONG, add_special_tokens=False)["input_ids"]
    (windows,) = reader(tokenizer, mode="windows", stride=30, most_windows=1000).read([LONG])
    joined = [token for window in windows[:-1] for token in window[1:-1]]
    assert joined == body[: len(joined)]
    assert windows[-1][1:-1] == body[-30:]
    assert len(joined) + 30 >= len(body)


def test_it_tells_how_many_tokens_are_read(tokenizer):
    total = len(tokenizer(LONG, add_special_tokens=False)["input_ids"])
    texts = [LONG, "the company", ""]
    for mode in ("head", "head_tail"):
        told = reader(tokenizer, mode=mode).tokens_read(texts)
        assert told[0] == (30, total)
        assert [one.share for one in told[1:]] == [1.0, 1.0]
    (all_read, *_) = reader(tokenizer, mode="windows", stride=16, most_windows=1000).tokens_read(texts)
    assert all_read == (total, total)
    (cut, *_) = reader(tokenizer, mode="windows", stride=16, most_windows=3).tokens_read(texts)
    assert cut == (30 + 2 * 16, total)
    assert cut.share == pytest.approx(62 / total)


def test_what_is_told_is_what_is_in_the_windows(tokenizer):
    for mode in ("head", "head_tail", "windows"):
        made = reader(tokenizer, mode=mode, stride=30, most_windows=4)
        (windows,), (told,) = made.read([LONG]), made.tokens_read([LONG])
        assert told.read == sum(len(window) - 2 for window in windows)


def test_the_frame_of_a_tokenizer_is_what_it_puts_around_any_text(tokenizer):
    assert Frame.of(tokenizer) == Frame((tokenizer.cls_token_id,), (tokenizer.sep_token_id,))


def test_a_mask_in_the_text_asks_nothing(tokenizer):
    mask = tokenizer.mask_token_id
    cloze = Frame((tokenizer.cls_token_id,), (mask, tokenizer.sep_token_id))
    ((window,),) = reader(tokenizer, frame=cloze).read(["the [MASK] company"])
    assert window.count(mask) == 1


def test_endless_text_is_cut_before_it_is_tokenised(tokenizer):
    (windows,) = reader(tokenizer, mode="windows", stride=30, most_windows=2).read(["the company " * 1_000_000])
    assert [len(window) for window in windows] == [32, 32]
