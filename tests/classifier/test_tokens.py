import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.tokens import load_tokenizer, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(["星河药业召回两批产品", "星河药业收购云岭银行", "the company said on Monday"] * 5, 600)


@settings(max_examples=60, deadline=None)
@given(text=st.text())
def test_any_text_can_be_encoded_and_read_back(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == unicodedata.normalize("NFC", text)


def test_a_text_stands_between_its_special_tokens(tokenizer):
    ids = tokenizer("召回")["input_ids"]
    assert (ids[0], ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)


def test_frequent_words_become_one_token(tokenizer):
    assert len(tokenizer("星河药业", add_special_tokens=False)["input_ids"]) == 1


def test_a_tokenizer_without_pad_token_gets_one(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    config = (tmp_path / "tokenizer_config.json").read_text()
    (tmp_path / "tokenizer_config.json").write_text(config.replace('"pad_token": "[PAD]",', ""))
    assert load_tokenizer(tmp_path).pad_token == "[END]"
