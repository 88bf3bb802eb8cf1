"""The triage page says that a classifier read only the beginning of a text."""

import json
import re
import sqlite3

import pytest
from playwright.sync_api import expect
from transformers import BertConfig, BertForSequenceClassification

from classifier.bert import BertClassifier
from classifier.recipes import BertRecipe
from classifier.tokens import train_tokenizer
from tests.browser.conftest import serving
from tests.browser.desks import NAMED, make_desk
from workflow.version_files import version_directory

SHAPE = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A desk whose bert is a real model that reads 16 tokens; its items are longer."""
    folder = make_desk(tmp_path_factory.mktemp("cuts") / "data", items=6)
    tokenizer = train_tokenizer(NAMED, 300)
    model = BertForSequenceClassification(BertConfig(vocab_size=len(tokenizer), num_labels=len(NAMED), **SHAPE))
    with sqlite3.connect(folder / "triage.db") as database:
        found = database.execute("SELECT id FROM version WHERE classifier = 'bert'").fetchone()
        recipe = json.dumps({"checkpoint": "starter", "max_length": 16})
        database.execute("UPDATE version SET recipe = ? WHERE id = ?", (recipe, found[0]))
    BertClassifier(model, tokenizer, NAMED, BertRecipe(max_length=16)).save(version_directory(folder, "bert", found[0]))
    return folder


@pytest.mark.slow
def test_a_head_tells_how_much_of_the_text_was_read(data, open_page):
    with serving(data) as (address, _):
        page = open_page(address)
        heads = page.locator(".matrix-head .column")
        note = heads.nth(0).locator("small.cut")
        expect(note).to_have_text(re.compile(r"read \d+ % of the text"))
        assert re.search(r": 14 of its \d\d+ tokens", note.get_attribute("title"))
        expect(heads.nth(1)).to_be_visible()
        expect(heads.nth(1).locator("small.cut")).to_have_count(0)
