"""Which texts count as copies of one another."""

import random
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.duplicates import BANDS, ROWS, band_keys, similar

STORY = "工信部网站5月17日显示，信息通信管理局针对骚扰电话扰民、群众投诉居高不下等突出问题，约谈了20家呼叫中心企业。"
COPY = "据" + STORY.replace("，", ",").replace("。", "！（记者 王华）")
OTHER = "5月17日，某上市公司公告称，公司控股股东将其持有的部分股份办理了质押，占公司总股本的3.2%。"


STORED = [
    1159984321178546002,
    6820730357299544772,
    9155500539768041173,
    -2144050243650913471,
    -5014066517600671642,
    6171962430752791920,
]


def share_a_key(first: str, second: str) -> bool:
    one, other = band_keys([first, second]).tolist()
    return bool(set(one) & set(other))


def test_a_copy_with_another_lead_and_signature_is_a_near_duplicate():
    assert similar(STORY, COPY)
    assert share_a_key(STORY, COPY)


def test_another_story_of_the_same_day_is_not():
    assert not similar(STORY, OTHER)
    assert not share_a_key(STORY, OTHER)


def test_width_case_spaces_and_punctuation_do_not_count():
    plain, dressed = "Acme Corp buys 30% of Beta", "ＡＣＭＥ corp.  buys 30 ％ of “Beta”\n"
    assert similar(plain, dressed)
    assert band_keys([plain]).tolist() == band_keys([dressed]).tolist()


def test_a_number_does_count():
    assert band_keys(["净利润增长12%"]).tolist() != band_keys(["净利润增长34%"]).tolist()


@pytest.mark.parametrize("text", ["", "裁", "？？？", "裁员", "\ud800", "𠮷野家"])
def test_a_text_too_short_for_a_shingle_equals_itself_and_nothing_else(text):
    assert band_keys([text]).shape == (1, BANDS)
    assert similar(text, text)
    assert not similar(text, "降薪")
    assert not share_a_key(text, "降薪")


def test_no_texts_have_no_keys():
    assert band_keys([]).shape == (0, BANDS)


def test_keys_are_the_stored_ones_for_ever():
    """A database holds keys of earlier versions: another hash would no longer find their texts."""
    assert band_keys(["公司裁员4000人"]).tolist() == [STORED]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.randoms())
def test_keys_depend_on_the_text_alone(texts, rng):
    alone = [band_keys([text]).tolist()[0] for text in texts]
    order = list(range(len(texts)))
    rng.shuffle(order)
    assert band_keys([texts[i] for i in order]).tolist() == [alone[i] for i in order]


@given(st.text(max_size=60), st.text(max_size=60))
def test_similarity_is_symmetric(first, second):
    assert similar(first, second) == similar(second, first)
    assert similar(first, first)


def test_keys_meet_as_often_as_the_theory_says():
    rng = random.Random(0)
    met = {0.8: 0, 0.3: 0}
    for similarity in met:
        for _ in range(400):
            # Sets of `size` shingles each, of which `shared` are the same, made of runs that share nothing else.
            size = 200
            shared = round(2 * size * similarity / (1 + similarity))
            one, other, both = (chinese(rng, count) for count in (size - shared, size - shared, shared))
            met[similarity] += share_a_key(one + both, other + both)
    for similarity, count in met.items():
        assert count / 400 == pytest.approx(1 - (1 - similarity**ROWS) ** BANDS, abs=0.06)


def test_a_hundred_thousand_headlines_take_seconds_and_little_memory():
    rng = random.Random(0)
    characters = chinese(rng, 200_000)
    texts = [characters[start : start + 50] for start in rng.choices(range(len(characters) - 50), k=100_000)]
    started = time.process_time()
    tracemalloc.start()
    band_keys(texts[:20_000])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6
    band_keys(texts)
    assert time.process_time() - started < 10


def test_texts_longer_than_a_block_are_whole():
    long = chinese(random.Random(1), 100_000)
    keys = band_keys([long, STORY, long[:-1] + "完"])
    assert keys[1].tolist() == band_keys([STORY]).tolist()[0]
    assert np.count_nonzero(keys[0] == keys[2]) >= BANDS - 1


def chinese(rng: random.Random, count: int) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(count))
