"""What the desk does when something is missing, fails, comes late or happens elsewhere; and Enter after a click."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.test_triage import item_of, saved, saves, settled

pytestmark = pytest.mark.timeout(300)
SERVER = "**/component_server/"
PASTED = {
    "item": {"id": None, "text": "一条", "companies": [], "row_version": 0},
    **{"truth": None, "classifiers": {}, "neighbours": [], "disagreement": None},
    **{"unavailable": {}, "loading": ["prompt"]},
}
COME_BACK = """() => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 60_000;
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""As if a minute had gone by."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_desk(tmp_path_factory.mktemp("desk") / "data", items=90)


@pytest.fixture(scope="module")
def address(data):
    with serving(data) as (address, _):
        yield address


@pytest.fixture
def desk(address, open_page):
    page = open_page(address)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    settled(page)
    return page


def answer(page, name, body):
    """Answer one function of the server in its place; returns what was asked. Where `body` is None, it fails."""
    asked = []

    def handle(route):
        if route.request.post_data_json["fn_name"] != f"ask_{name}":
            return route.fallback()
        asked.append(route)
        said = {"status": 500, "body": "{}"} if body is None else {"json": body}
        return route.fulfill(**said)

    page.route(SERVER, handle)
    return asked


def change(data, statement, *values):
    with sqlite3.connect(data / "triage.db", timeout=60) as connection:
        connection.execute(statement, values)


def add_label(data, name):
    values = "(?, '', '', 0, '2026-01-01 00:00:00')"
    change(data, f'INSERT INTO label (name, "group", description, is_sample, created_at) VALUES {values}', name)


# --- what is missing or fails is told ---


def test_an_item_of_the_address_that_is_gone_is_told_of_and_the_queue_begins(open_page, address):
    # Bug: the page said "loading…" for ever.
    page = open_page(f"{address}/?item=99999")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator(".desk .status.bad")).to_be_visible()
    expect(page.locator(".desk .status.bad")).to_contain_text("99999")
    assert item_of(page) != 99999


def test_a_first_answer_that_fails_is_told_and_asked_for_again(open_page, address):
    page = open_page(address)
    answer(page, "next_items", None)
    page.goto(address)
    rest = page.locator(".desk[data-state=rest] .rest")
    expect(rest).to_contain_text("nothing was changed")
    expect(page.locator(".desk .status.bad")).to_be_visible()
    page.unroute(SERVER)
    rest.get_by_role("button", name="Try again").click()
    expect(page.locator(".desk[data-state=item]")).to_be_visible()


def test_what_fails_at_an_empty_queue_can_be_read(desk):
    desk.get_by_role("searchbox", name="Words").fill("nothing says this")
    expect(desk.locator(".desk[data-state=rest]")).to_be_visible()
    desk.keyboard.press("Escape")
    answer(desk, "undo", None)
    desk.keyboard.press("z")
    expect(desk.locator(".desk .status.bad")).to_be_visible()


def test_a_second_text_that_cannot_be_classified_is_told_and_no_failed_wish_is_repeated(desk):
    answer(desk, "classify", {"ok": True, "result": PASTED})
    desk.keyboard.press("p")
    desk.locator(".paste textarea").fill("一条")
    desk.locator(".paste button.primary").click()
    expect(desk.locator(".desk[data-state=pasted]")).to_be_visible()
    # Bug: of two that waited, the failed one was asked again each second, and its failure was silent.
    undone = answer(desk, "undo", None)
    desk.keyboard.press("Escape")
    desk.keyboard.press("z")
    expect(desk.locator(".desk .status.bad")).to_be_visible()
    desk.wait_for_timeout(2500)
    assert len(undone) == 1
    desk.unroute(SERVER)
    answer(desk, "classify", None)
    desk.locator(".paste textarea").fill("又一条")
    with desk.expect_response(SERVER):
        desk.locator(".paste button.primary").click()
    expect(desk.locator(".desk .status.bad")).to_be_visible()


# --- Enter after a click ---


def test_enter_after_a_click_saves_and_repeats_no_button(desk, data):
    desk.keyboard.press("Enter")
    settled(desk)
    desk.keyboard.press("Enter")
    settled(desk)
    before = len(saved(data))
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator(".status.good")).to_contain_text("Taken back")
    settled(desk)
    desk.keyboard.press("Enter")
    saves(desk, data, before, 1)


def test_enter_after_a_click_on_the_tab_saves(desk, data):
    before = len(saved(data))
    desk.get_by_role("tab", name="Retrain").click()
    desk.get_by_role("tab", name="Triage").click()
    expect(desk.locator(".desk[data-state=item]")).to_be_visible()
    desk.keyboard.press("Enter")
    saves(desk, data, before, 1)


def test_enter_held_down_on_the_button_decides_once(desk, data):
    before = len(saved(data))
    desk.locator(".actions .primary").focus()
    for _ in range(6):
        desk.keyboard.down("Enter")
    desk.keyboard.up("Enter")
    saves(desk, data, before, 1)


def test_escape_takes_back_that_something_was_to_be_flagged(desk, data):
    before = len(saved(data))
    desk.keyboard.press("f")
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    desk.keyboard.type("a remark")
    desk.keyboard.press("Enter")
    saves(desk, data, before, 1)


# --- what happens elsewhere ---


def test_items_that_changed_are_shown_anew_and_one_that_is_gone_makes_room(desk, data):
    item = item_of(desk)
    change(data, "UPDATE item SET text = '另一段文字' WHERE id = ?", item)
    desk.evaluate("dispatchEvent(new Event('news-triage:data'))")
    expect(desk.locator(".item .text")).to_have_text("另一段文字")
    change(data, "DELETE FROM standing WHERE item_id = ?", item)
    change(data, "DELETE FROM item WHERE id = ?", item)
    desk.evaluate("dispatchEvent(new Event('news-triage:data'))")
    expect(desk).not_to_have_url(re.compile(f"item={item}$"))
    expect(desk.locator(".desk[data-state=item]")).to_be_visible()


def test_what_a_classifier_says_late_is_filled_in_without_a_reload_and_keeps_what_is_typed(data, address, open_page):
    item = 77
    with sqlite3.connect(data / "triage.db", timeout=60) as connection:
        connection.execute("CREATE TABLE aside AS SELECT * FROM prediction WHERE item_id = ?", (item,))
    change(data, "DELETE FROM prediction WHERE item_id = ?", item)
    page = open_page(f"{address}/?item={item}")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    page.locator("input.note").fill("look twice")
    columns = page.locator(".matrix-head .column")
    expect(columns.filter(has_text="v3")).to_have_count(0)
    change(data, "INSERT INTO prediction SELECT * FROM aside")
    expect(columns.filter(has_text="v3")).to_have_count(3)
    expect(page.locator("input.note")).to_have_value("look twice")


def test_a_label_made_elsewhere_is_found_once_somebody_comes_back(desk, data):
    add_label(data, "员工罢工潮")
    desk.evaluate(COME_BACK)
    desk.wait_for_load_state("networkidle")
    desk.keyboard.press("/")
    desk.keyboard.type("员工罢工潮")
    expect(desk.locator(".picker [role=option]").first).to_contain_text("员工罢工潮")


def test_the_label_table_is_renewed_and_an_answer_that_comes_late_does_not_win(desk, data):
    change(data, "UPDATE label SET archived_at = '2026-01-01' WHERE name = '股权质押'")
    desk.get_by_role("tab", name="Data").click()
    table = desk.locator("#view-labels table.labels")
    expect(table.locator("tr[data-label=产品召回]")).to_be_visible()
    add_label(data, "夜间新增")
    desk.evaluate(COME_BACK)
    expect(table.locator("tr[data-label=夜间新增]")).to_be_visible()

    held = []

    def hold(route):
        wants_all = route.request.post_data_json["data"] == {"include_archived": True}
        return held.append(route) if wants_all else route.fallback()

    desk.route(SERVER, hold)
    box = desk.locator("#view-labels").get_by_role("checkbox")
    box.check()
    box.uncheck()
    desk.wait_for_timeout(1000)
    (late,) = held
    late.continue_()
    desk.wait_for_load_state("networkidle")
    desk.wait_for_timeout(500)
    assert table.locator("tr[data-label=股权质押]").count() == 0
    change(data, "UPDATE label SET archived_at = NULL")


def test_where_colleagues_have_all_in_hand_the_page_says_so_and_leaves_what_is_typed(open_page, tmp_path):
    data = make_desk(tmp_path / "data", items=12)
    give = "UPDATE standing SET leased_to = ?, leased_until = datetime('now', '+5 minutes')"
    change(data, give, "lin")
    with serving(data) as (address, _):
        page = open_page(address)
        rest = page.locator(".desk[data-state=rest] .rest")
        # Bug: it said that every item was labelled.
        expect(rest).to_contain_text("12 items are left, and colleagues have them in hand")
        label = page.locator("#view-triage .filters input[list]")
        label.press_sequentially("产品")
        rest.locator("button").first.evaluate("(button) => { window.kept = button }")
        page.wait_for_timeout(5000)
        expect(label).to_have_value("产品")
        assert page.evaluate("window.kept.isConnected")
        change(data, f"{give} WHERE item_id = 7", "analyst")
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        expect(label).to_have_value("产品")
        assert item_of(page) == 7
