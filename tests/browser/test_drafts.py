"""What was ticked and typed but not saved: nobody loses it, neither by a reload nor by a server that went and came."""

import json
import re
import sqlite3
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import rows, serving
from tests.browser.desks import make_desk

pytestmark = pytest.mark.timeout(300)
NOTE = "which company does this mean?"
STORED = "SELECT labels, note FROM annotation WHERE item_id = ?"
ITEM = 7


def test_a_draft_survives_a_reload_and_a_restart_and_is_saved_as_it_was(tmp_path, open_page):
    data = make_desk(tmp_path / "data", items=30)
    with serving(data) as (address, _):
        page = open_page(f"{address}/?item={ITEM}")
        chosen = draft(page)
        page.reload()
        expect_draft(page, chosen)
    with serving(data, port=urlsplit(address).port):
        page.goto(f"{address}/?item={ITEM}")
        expect_draft(page, chosen)
        # A draft is the browser's alone: what is stored is what was saved.
        assert rows(data, STORED, ITEM) == []
        page.locator("input.note").press("Enter")
        expect(page.locator(".status.good")).to_be_visible()
        ((labels, note),) = rows(data, STORED, ITEM)
        assert (sorted(json.loads(labels)), note) == (chosen, NOTE)
        page.goto(f"{address}/?item={ITEM}")
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        expect(page.locator("input.note")).to_have_value("")


@pytest.fixture
def desk(tmp_path, open_page):
    """The database of a desk, and a page on one of its items that somebody has labelled."""
    data = make_desk(tmp_path / "data", items=30)
    with serving(data) as (address, _):
        page = open_page(f"{address}/?item={ITEM}")
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator(".status.good")).to_be_visible()
        page.goto(f"{address}/?item={ITEM}")
        expect(page.locator(".item .truth")).to_be_visible()
        yield data / "triage.db", page


def test_a_look_at_a_labelled_item_makes_no_draft(desk):
    # Bug: its labels counted as ticks by hand.
    _, page = desk
    page.keyboard.press("j")
    expect(page).not_to_have_url(re.compile(f"item={ITEM}$"))
    assert kept(page) == []


def test_ticks_for_an_item_that_changed_meanwhile_are_not_said_to_be_back(desk):
    path, page = desk
    labels = ticked(page)
    page.keyboard.press("1")
    page.locator("input.note").fill(NOTE)
    change(path, "UPDATE item SET row_version = row_version + 1 WHERE id = ?", ITEM)
    page.reload()
    expect_draft(page, labels)
    expect(page.locator(".actions .status")).to_be_empty()


def test_a_draft_whose_label_is_gone_can_be_saved_without_it(desk):
    path, page = desk
    chosen = draft(page)
    change(path, "UPDATE label SET archived_at = '2026-01-01' WHERE name = ?", chosen[0])
    page.reload()
    expect(page.locator("input.note")).to_have_value(NOTE)
    page.wait_for_load_state("networkidle")
    page.locator("input.note").press("Enter")
    expect(page.locator(".status.good")).to_be_visible()
    with sqlite3.connect(path) as connection:
        said = connection.execute("SELECT labels FROM annotation WHERE note = ?", (NOTE,)).fetchone()
    assert sorted(json.loads(said[0])) == chosen[1:]


def test_a_tick_just_before_going_on_and_a_word_while_an_answer_is_awaited_are_kept(desk):
    _, page = desk
    before = ticked(page)
    # In one turn of the browser: nothing can be kept between them.
    page.evaluate("for (const key of '1j') document.dispatchEvent(new KeyboardEvent('keydown', { key }))")
    expect(page).not_to_have_url(re.compile(f"item={ITEM}$"))
    second = page.url
    page.wait_for_load_state("networkidle")
    held = []

    def hold(route):
        # Only what the key asks for: a look at the server held back would keep the desk from asking at all.
        wanted = route.request.post_data_json
        is_step_back = wanted["fn_name"] == "ask_open_item" and wanted["data"]["item_id"] == ITEM
        held.append(route) if is_step_back else route.continue_()

    page.route("**/component_server/", hold)
    with page.expect_request(lambda request: f'"item_id":{ITEM}' in (request.post_data or "")):
        page.keyboard.press("k")
    page.locator("input.note").fill(NOTE)
    assert page.url == second
    for route in held:
        route.continue_()
    page.unroute("**/component_server/")
    expect(page).to_have_url(re.compile(f"item={ITEM}$"))
    assert ticked(page) != before
    page.goto(second)
    expect(page.locator("input.note")).to_have_value(NOTE)


def kept(page):
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('news-triage.draft.'))")


def change(path, statement, *values):
    with sqlite3.connect(path, timeout=60) as connection:
        connection.execute(statement, values)


def draft(page):
    """Turn two ticks over and write a note; returns the labels that are ticked then."""
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    for row in (0, 1):
        tick = page.locator(".matrix-row[data-label] .tick").nth(row)
        before = tick.get_attribute("aria-checked")
        page.keyboard.press(str(row + 1))
        expect(tick).not_to_have_attribute("aria-checked", before)
    page.locator("input.note").fill(NOTE)
    return ticked(page)


def expect_draft(page, chosen):
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator("input.note")).to_have_value(NOTE)
    assert ticked(page) == chosen


def ticked(page):
    rows_of = page.locator(".matrix-row[data-label]:has(.tick[aria-checked=true])")
    return sorted(rows_of.evaluate_all("rows => rows.map((row) => row.dataset.label)"))
