"""What was ticked and typed but not saved: nobody loses it, neither by a reload nor by a server that went and came."""

import json
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
