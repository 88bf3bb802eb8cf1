"""What opens on the pages beside triage withholds nothing from anybody: held against axe-core."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.histories import add_history, going_on, write_down
from tests.browser.rooms import LOOKS, go_to, settled
from tests.browser.test_everywhere import violations
from tests.conftest import write_jsonl

pytestmark = pytest.mark.timeout(600)
COUNTS = {"rows": 4000, "total": 10_000, "added": 3900, "rejected": 3}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    data = make_desk(tmp_path_factory.mktemp("states") / "data", items=40)
    add_history(data)
    return data


@pytest.fixture(scope="module")
def address(data):
    with serving(data) as (address, _):
        yield address


@pytest.fixture(params=LOOKS, ids=str)
def page(request, open_page, address):
    look = request.param
    page = open_page(f"{address}/?lang={look.language}", **look.options)
    settled(page)
    return page


def test_every_map_with_a_chosen_cell_and_the_columns_open(page):
    go_to(page, "disagreements")
    found = {}
    for name in ("kinds", "labels", "pairs"):
        page.locator(f"[data-key=map-{name}]").click()
        if name == "labels":
            page.locator("[data-key=against-classifiers]").click()
        cell = page.locator({"kinds": "button.heat:not(.sum)", "labels": "button.much", "pairs": "button.wide"}[name])
        cell.first.click()
        expect(page.locator("button.heat[aria-pressed=true]").first).to_be_visible()
        settled(page)
        found |= {name: wrong} if (wrong := violations(page)) else {}
    page.locator(".columns summary").click()
    found |= {"columns": wrong} if (wrong := violations(page)) else {}
    assert found == {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_versions_with_all_tables_open_and_the_question_before_a_promotion(page):
    go_to(page, "retrain")
    expect(page.locator("g.slope").first).to_be_visible()
    for summary in page.locator(".per-label > summary").all():
        summary.click()
    page.locator("article.job .link").first.click()
    settled(page)
    found = {"tables": wrong} if (wrong := violations(page)) else {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(".compare button.primary").first.click()
    expect(page.locator("dialog.sure")).to_be_visible()
    found |= {"question": wrong} if (wrong := violations(page)) else {}
    assert found == {}


def test_a_file_that_is_looked_at_with_its_columns_and_its_rejects(page, tmp_path):
    go_to(page, "data")
    rows = [{"memo": f"第{n}条，另一件事{n**3}", "kind": "全新标签", "day": "2026-03-01"} for n in range(6)]
    path = write_jsonl(
        tmp_path / "evening.jsonl", [*rows, {"memo": "", "kind": "x"}, {"memo": "有日期", "day": "昨天"}]
    )
    page.locator("#import-file input[type=file]").set_input_files(path)
    panel = page.locator("#view-importing")
    expect(panel.locator(".notice.warn")).to_be_visible()
    found = {"no text": wrong} if (wrong := violations(page)) else {}
    panel.locator("select").first.select_option("memo")
    expect(panel.locator(".nt-preview tbody tr").first).to_be_visible()
    for summary in panel.locator("summary").all():
        summary.click()
    settled(page)
    found |= {"preview": wrong} if (wrong := violations(page)) else {}
    assert found == {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_import_that_runs_and_one_that_was_cut_off(page, data):
    """The row is written as another process would, so that the test decides how far the import is."""
    write_import(data)
    with going_on(data, COUNTS):
        go_to(page, "data")
        expect(page.locator("#view-importing .progress-card")).to_be_visible()
        found = {"running": wrong} if (wrong := violations(page)) else {}
    write_down(data, COUNTS | {"at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()})
    expect(page.locator("#view-importing .notice.warn")).to_be_visible()
    found |= {"cut off": wrong} if (wrong := violations(page)) else {}
    assert found == {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def write_import(data):
    counts = COUNTS | {"at": datetime.now(UTC).isoformat()}
    started = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    values = ("archive.csv", "lin", started, json.dumps(counts))
    with sqlite3.connect(data / "triage.db", timeout=60) as connection:
        connection.execute("DELETE FROM import")
        connection.execute("INSERT INTO import (filename, person, started_at, counts) VALUES (?, ?, ?, ?)", values)
