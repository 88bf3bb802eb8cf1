"""Nasty files on the data tab: one sentence in the language of the reader, nothing stored, the good rows kept."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.rooms import go_to
from tests.workflow.nasty import NASTY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
REFUSED = ("photo.csv", "empty.csv", "only-noughts.csv", "white.csv", "wide.csv", "bomb.xlsx", "cut.xlsx", "deep.json")
ITEMS = 12
TRACEBACK = re.compile(r"Traceback|File \"|Error:|\.py\b")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_desk(tmp_path_factory.mktemp("nasty") / "data", items=ITEMS)


@pytest.fixture(scope="module")
def address(data):
    with serving(data) as (address, _):
        yield address


def stored(data):
    with sqlite3.connect(data / "triage.db", timeout=60) as connection:
        return connection.execute("SELECT count(*), (SELECT count(*) FROM import) FROM item").fetchone()


def choose(page, folder, name):
    (folder / name).write_bytes(NASTY[name][0]())
    page.locator("#import-file input[type=file]").set_input_files(folder / name)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_that_cannot_be_used_is_one_sentence_on_the_page(open_page, address, data, tmp_path, language):
    page, before = open_page(f"{address}/?lang={language}"), stored(data)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    go_to(page, "data")
    panel = page.locator("#view-importing")
    for name in REFUSED:
        choose(page, tmp_path, name)
        told = panel.locator(".status.bad")
        expect(told).to_contain_text(name)
        expect(told).to_have_count(1)
        said = told.inner_text().strip()
        assert "\n" not in said
        assert not TRACEBACK.search(panel.inner_text()), name
        assert bool(re.search("[\u4e00-\u9fff]", said)) == (language == "zh"), said
        expect(page.locator("#import-file")).to_be_visible()
    assert stored(data) == before


def test_of_a_file_in_two_encodings_the_good_rows_come_in_and_the_others_are_named(open_page, address, data, tmp_path):
    page, (items, imports) = open_page(address), stored(data)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    go_to(page, "data")
    panel = page.locator("#view-importing")
    choose(page, tmp_path, "mixed.csv")
    expect(panel.locator(".nt-preview")).to_be_visible()
    panel.get_by_role("button", name="Import", exact=True).click()
    expect(panel.locator(".notice.good")).to_contain_text("mixed.csv")
    good, bad = NASTY["mixed.csv"][1]
    assert stored(data) == (items + len(good), imports + 1)
    with page.expect_download() as download:
        panel.locator(".report").get_by_role("link", name="rejected rows").click()
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 1 + len(bad)
    assert not TRACEBACK.search(panel.inner_text())
