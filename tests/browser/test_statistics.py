"""The statistics in a real browser: an empty desk says what to do first, a full one has a table beside each chart."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from classifier.profiles import PROFILES
from storage.tables import Job, JobStatus
from tests.browser.conftest import serving
from tests.conftest import labelled_rows, write_jsonl
from workflow.use_cases import build

pytestmark = pytest.mark.timeout(300)
ITEMS = 80


@pytest.fixture
def desk(tmp_path):
    """A data folder that was emptied: a job has run there, so no sample is loaded any more."""
    cases = build(tmp_path / "data", None, PROFILES["starter"])
    with cases.database.write() as session:
        session.add(Job(kind="retrain", status=JobStatus.CANCELLED))
    yield cases
    cases.database.close()


def open_statistics(page):
    tab = page.get_by_role("tab", name="Statistics")
    expect(page.get_by_role("tab").first).to_be_visible()
    if not tab.is_visible():
        # Gradio folds the tabs that do not fit into a menu.
        page.locator(".overflow-menu > button").click()
        tab = page.locator(".overflow-dropdown button", has_text="Statistics")
    tab.click()
    return page.locator("#view-statistics")


def test_an_empty_desk_says_what_to_do_first(desk, open_page):
    with serving(desk.data) as (address, _):
        page = open_page(address)
        view = open_statistics(page)
        expect(view.get_by_role("status")).to_contain_text("Import a file first")
        view.get_by_role("button", name="Import a file").click()
        expect(page.locator("#import-file")).to_be_visible()
        expect(page.locator(".nt-labels tbody")).to_contain_text("No labels yet")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_chart_has_a_name_and_its_numbers_as_a_table(desk, open_page, tmp_path, width):
    desk.importing.run(write_jsonl(tmp_path / "news.jsonl", labelled_rows(ITEMS)))
    desk.triage.submit(1, ["股权质押"], person="lin")
    with serving(desk.data) as (address, _):
        page = open_page(address, viewport={"width": width, "height": 844})
        view = open_statistics(page)
        charts = view.get_by_role("img")
        expect(charts).to_have_count(4)
        expect(charts.first).to_have_attribute("aria-label", re.compile("^Labels by training examples"))
        for summary in view.locator("summary").all():
            summary.click()
        lengths = view.get_by_role("region", name="Length of the texts").locator("tbody td")
        assert sum(int(number) for number in lengths.all_inner_texts()) == ITEMS
        expect(view.get_by_role("table", name="People")).to_contain_text("lin")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_counts_follow_when_somebody_comes_back_to_the_tab(desk, open_page, tmp_path):
    desk.importing.run(write_jsonl(tmp_path / "news.jsonl", labelled_rows(20)))
    with serving(desk.data) as (address, _):
        page = open_page(address)
        view = open_statistics(page)
        expect(view.get_by_role("table", name="Sources")).to_be_visible()
        page.get_by_role("tab", name="Data").click()
        more = write_jsonl(tmp_path / "more.jsonl", [{"text": "另一家报社的一条消息", "source": "外电"}])
        page.locator("#import-file input[type=file]").set_input_files(more)
        page.locator("#import-start").click()
        expect(page.locator("#view-importing .notice.good")).to_contain_text("more.jsonl")
        with sqlite3.connect(desk.data / "triage.db") as connection:
            assert connection.execute("SELECT count(*) FROM item WHERE source = '外电'").fetchall() == [(1,)]
        open_statistics(page)
        expect(view.get_by_role("table", name="Sources")).to_contain_text("外电", timeout=60_000)
