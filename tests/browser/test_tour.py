"""The tour: five steps for somebody new, by keyboard, once, and never in the way."""

import sqlite3

import pytest
from playwright.sync_api import expect

from benchmarks.desk import make_desk
from tests.browser.conftest import serving
from tests.browser.rooms import LOOKS, NARROW
from tests.browser.test_everywhere import violations

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def data(tmp_path):
    make_desk(tmp_path / "data", items=60, labels=20)
    return tmp_path / "data"


def test_a_newcomer_is_shown_around_once_and_again_when_asked(open_page, data):
    with serving(data) as (address, _):
        page = open_page(address, newcomer=True)
        tour = page.get_by_role("dialog")
        for step in range(1, 6):
            expect(tour).to_contain_text(f"Step {step} of 5")
            expect(page.locator(".toured")).to_have_count(1)
            page.keyboard.press("Enter")
        expect(tour).to_have_count(0)
        assert annotations(data) == 0, "the tour's Enter saves nothing"
        page.reload()
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        expect(tour).to_have_count(0)
        page.keyboard.press("?")
        page.get_by_role("button", name="Show me around").click()
        expect(tour).to_contain_text("Step 1 of 5")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Tour").click()
        expect(tour).to_contain_text("Step 1 of 5")


def annotations(data):
    with sqlite3.connect(data / "triage.db") as connection:
        return connection.execute("SELECT count(*) FROM annotation").fetchone()[0]


def test_on_a_phone_the_card_leaves_the_tabs_free(open_page, data):
    # Bug: each time that the card was placed anew, it changed between the foot and the head of the window.
    with serving(data) as (address, _):
        page = open_page(address, newcomer=True, viewport=NARROW)
        card = page.get_by_role("dialog")
        expect(card).to_be_visible()
        for _ in range(2):
            page.evaluate("dispatchEvent(new Event('resize'))")
            assert card.bounding_box()["y"] > NARROW["height"] / 2
        page.locator("#tab-disagreements-button").click()
        expect(card).to_have_count(0)


def test_escape_skips_the_tour_for_good_and_keys_work_beside_it(open_page, data):
    with serving(data) as (address, _):
        page = open_page(address, newcomer=True)
        expect(page.get_by_role("dialog")).to_be_visible()
        tick = page.locator(".matrix-row[data-label] .tick").first
        before = tick.get_attribute("aria-checked")
        page.keyboard.press("1")
        expect(tick).not_to_have_attribute("aria-checked", before)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.evaluate("localStorage.getItem('news-triage.tour')")


def test_somebody_who_has_annotated_is_not_shown_around_on_another_machine(open_page, data):
    with serving(data) as (address, _):
        page = open_page(address)
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        page.keyboard.press("s")
        expect(page.locator(".status.good")).to_be_visible()
        other = open_page(address, newcomer=True)
        expect(other.locator(".desk[data-state=item]")).to_be_visible()
        other.wait_for_load_state("networkidle")
        expect(other.get_by_role("dialog")).to_have_count(0)


def test_the_tour_withholds_nothing_from_anybody_and_fits_the_window(open_page, data):
    with serving(data) as (address, _):
        for look in LOOKS:
            page = open_page(f"{address}/?lang={look.language}", newcomer=True, **look.options)
            for _ in range(5):
                card = page.get_by_role("dialog").bounding_box()
                assert card["x"] >= 0
                assert card["x"] + card["width"] <= look.size["width"]
                assert card["y"] + card["height"] <= look.size["height"]
                page.keyboard.press("Enter")
            page.locator(".nt-header button").first.click()
            assert violations(page) == [], look
