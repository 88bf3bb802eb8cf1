"""The triage page says that a classifier read only a part of a text."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A desk whose bert read a third of each text."""
    folder = make_desk(tmp_path_factory.mktemp("cuts") / "data", items=6)
    bert = "SELECT id FROM version WHERE classifier = 'bert'"
    with sqlite3.connect(folder / "triage.db") as database:
        database.execute(f"UPDATE prediction SET tokens_read = 14, tokens = 42 WHERE version_id = ({bert})")
    return folder


@pytest.mark.slow
def test_a_head_tells_how_much_of_the_text_was_read(data, open_page):
    with serving(data) as (address, _):
        page = open_page(address)
        heads = page.locator(".matrix-head .column")
        note = heads.nth(0).locator("small.cut")
        expect(note).to_have_text(re.compile(r"read 33 % of the text"))
        assert ": 14 of its 42 tokens" in note.get_attribute("title")
        expect(heads.nth(1)).to_be_visible()
        expect(heads.nth(1).locator("small.cut")).to_have_count(0)
