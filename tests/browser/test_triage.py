"""The triage page under the fingers of somebody fast, on a bad line, and with an input method."""

import json
import re
import sqlite3
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import rows, serving
from tests.browser.desks import make_desk

VISITED = """
window.visited = [];
const replace = history.replaceState.bind(history);
history.replaceState = (state, title, url) => { window.visited.push(url); replace(state, title, url); };
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_desk(tmp_path_factory.mktemp("triage") / "data", items=90, labels=200)


@pytest.fixture(scope="module")
def address(data):
    with serving(data) as (address, _):
        yield address


@pytest.fixture
def desk(address, open_page):
    """A page with an open item on it."""
    page = open_page(address)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator(".status.left, .left")).to_have_text(re.compile(r"\d"))
    return page


def saved(data):
    return [item for (item,) in rows(data, "SELECT item_id FROM annotation WHERE kind = 'submitted' ORDER BY id")]


def item_of(page):
    return int(re.search(r"item=(\d+)", page.url)[1])


def saves(page, data, before, count):
    """Wait until so many more saves are stored, and the page is at rest; returns their items."""
    deadline = time.monotonic() + 60
    while len(saved(data)) < before + count:
        assert time.monotonic() < deadline, f"{len(saved(data)) - before} of {count} were saved"
        time.sleep(0.05)
    settled(page)
    assert len(saved(data)) == before + count
    return saved(data)[before:]


def settled(page):
    """Wait until everything is saved and the next items are at hand."""
    page.wait_for_function(
        "() => { const desk = document.querySelector('.desk');"
        " return desk.ariaBusy !== 'true' && !desk.matches('.waiting') && Number(desk.dataset.ahead) > 0 }"
    )


def ticked(page):
    found = page.locator(".matrix-row:has(.tick[aria-checked=true])")
    return sorted(found.nth(place).get_attribute("data-label") for place in range(found.count()))


def test_no_key_is_lost_right_after_an_item_appears(desk, data):
    before = len(saved(data))
    shown = []
    for _ in range(12):
        shown.append(item_of(desk))
        desk.keyboard.press("Enter")
        expect(desk).not_to_have_url(re.compile(f"item={shown[-1]}$"))
    assert saves(desk, data, before, 12) == shown


def test_a_burst_of_keys_saves_each_item_that_was_passed_and_no_other(desk, data):
    before = len(saved(data))
    # With the next items at hand.
    settled(desk)
    desk.evaluate(VISITED)
    first = item_of(desk)
    for _ in range(15):
        desk.keyboard.press("Enter", delay=5)
    settled(desk)
    visited = [first, *(int(url.split("item=")[1]) for url in desk.evaluate("window.visited.filter((url) => url)"))]
    passed = visited[:-1]
    assert len(set(passed)) == len(passed) >= 2
    saves(desk, data, before, len(passed))
    assert saved(data)[before:] == passed


def test_undo_takes_back_one_after_the_other(desk, data):
    shown = []
    for _ in range(3):
        shown.append(item_of(desk))
        desk.keyboard.press("Enter")
        expect(desk).not_to_have_url(re.compile(f"item={shown[-1]}$"))
    for item in reversed(shown):
        desk.keyboard.press("z")
        expect(desk).to_have_url(re.compile(f"item={item}$"))
        expect(desk.locator(".desk:not(.waiting)")).to_be_visible()
    states = rows(data, f"SELECT DISTINCT state FROM standing WHERE item_id IN ({','.join(map(str, shown))})")
    assert states == [("open",)]


def test_shift_enter_saves_what_two_agree_on(desk, data):
    item, before = item_of(desk), len(saved(data))
    agreed = ticked(desk)
    desk.keyboard.press("Shift+Enter")
    assert saves(desk, data, before, 1) == [item]
    ((labels,),) = rows(data, "SELECT labels FROM annotation WHERE item_id = ? ORDER BY id DESC LIMIT 1", item)
    assert json.loads(labels) == agreed
    assert len(agreed) == 1


def test_shift_enter_saves_nothing_where_only_one_has_spoken(desk, address, data):
    item = 88
    with sqlite3.connect(data / "triage.db") as connection:
        connection.execute("DELETE FROM prediction WHERE item_id = ? AND version_id > 1", (item,))
    before = len(saved(data))
    desk.goto(f"{address}/?item={item}")
    expect(desk.locator(".desk[data-state=item]")).to_be_visible()
    expect(desk.locator(".why .told")).to_contain_text("All that have spoken so far say")
    assert ticked(desk)
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator(".status.bad")).to_have_text(re.compile("No two classifiers"))
    assert item_of(desk) == item
    assert len(saved(data)) == before


def test_a_key_that_is_held_down_decides_once(desk, data):
    before = len(saved(data))
    desk.keyboard.down("Enter")
    for _ in range(5):
        desk.keyboard.down("Enter")
    desk.keyboard.up("Enter")
    assert len(saves(desk, data, before, 1)) == 1


def test_what_cannot_be_saved_comes_back_with_its_ticks(desk, data):
    before = len(saved(data))
    item = item_of(desk)
    desk.keyboard.press("2")
    chosen = ticked(desk)
    # With the next items at hand the page goes on, and comes back.
    settled(desk)
    desk.context.set_offline(True)
    desk.keyboard.press("Enter")
    expect(desk).not_to_have_url(re.compile(f"item={item}$"))
    expect(desk.locator(".status.bad")).to_be_visible()
    assert (item_of(desk), ticked(desk)) == (item, chosen)
    assert len(saved(data)) == before
    desk.context.set_offline(False)
    desk.keyboard.press("Enter")
    assert saves(desk, data, before, 1) == [item]


def test_ticks_survive_a_reload(desk):
    desk.keyboard.press("2")
    desk.keyboard.press("1")
    chosen, item = ticked(desk), item_of(desk)
    desk.reload()
    expect(desk.locator(".desk[data-state=item]")).to_be_visible()
    assert item_of(desk) == item
    assert ticked(desk) == chosen


def test_nothing_fires_while_an_input_method_composes(desk, data):
    before = len(saved(data))
    chosen = ticked(desk)
    desk.keyboard.press("/")
    session = desk.context.new_cdp_session(desk)
    session.send("Input.imeSetComposition", {"text": "zhao", "selectionStart": 4, "selectionEnd": 4})
    for key, code in (("Enter", 13), ("1", 49), ("s", 83)):
        for kind in ("rawKeyDown", "keyUp"):
            session.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "windowsVirtualKeyCode": 229})
        desk.evaluate(
            "([key, code]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
            " { key, keyCode: code, isComposing: true, bubbles: true, cancelable: true }))",
            [key, code],
        )
    assert ticked(desk) == chosen
    session.send("Input.insertText", {"text": "召回"})
    expect(desk.locator(".picker [role=option]").first).to_contain_text("召回")
    assert len(saved(data)) == before


@pytest.mark.parametrize("typed", ["召回", "产品 召回", "zhaohui", "chanpinzhaohui", "cpzh", "产品召回的说明"])
def test_a_label_is_found_by_parts_and_by_sound(desk, typed):
    desk.keyboard.press("/")
    desk.keyboard.type(typed)
    expect(desk.locator(".picker [role=option]").first).to_contain_text("产品召回")


def test_labels_used_last_come_first(desk):
    desk.keyboard.press("/")
    desk.keyboard.type("yejiyugao")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    expect(desk.locator(".picker .heading").first).to_have_text(re.compile("Recently"))
    expect(desk.locator(".picker [role=option]").first).to_contain_text("业绩预告")


def test_keys_are_silent_on_other_tabs(desk, data):
    before = rows(data, "SELECT count(*) FROM annotation")
    desk.get_by_role("tab", name="Retrain").click()
    expect(desk.locator("#retrain-button")).to_be_visible()
    for key in ("s", "Enter", "1"):
        desk.keyboard.press(key)
    desk.get_by_role("tab", name="Triage").click()
    expect(desk.locator(".desk[data-state=item]")).to_be_visible()
    assert rows(data, "SELECT count(*) FROM annotation") == before


def test_the_heads_tell_how_good_each_classifier_is_at_a_label(desk):
    small = desk.locator(".matrix-head .column small").first
    expect(small).to_contain_text("F1 0.90")
    desk.locator(".matrix-row[data-label] .tick").first.focus()
    expect(small).to_contain_text("F1 0.80 · 12")


def test_the_keyboard_keeps_its_place(desk):
    desk.locator(".matrix-row[data-label] .tick").first.focus()
    item = item_of(desk)
    desk.keyboard.press("Enter")
    expect(desk).not_to_have_url(re.compile(f"item={item}$"))
    assert desk.evaluate("document.activeElement !== document.body")


def test_two_who_decide_the_same_item_both_see_what_the_other_said(desk, address, open_page, data):
    item = item_of(desk)
    other = open_page(f"{address}/?item={item}")
    expect(other.locator(".desk[data-state=item]")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator(".status.good")).to_be_visible()
    before = len(saved(data))
    other.keyboard.press("2")
    other.keyboard.press("Enter")
    expect(other.locator(".judge .notice.bad")).to_be_visible()
    assert item_of(other) == item
    assert len(saved(data)) == before
    other.locator(".judge .notice button").first.click()
    assert saves(other, data, before, 1) == [item]


def test_back_and_forth_through_what_was_seen(desk):
    first = item_of(desk)
    desk.keyboard.press("j")
    expect(desk).not_to_have_url(re.compile(f"item={first}$"))
    second = item_of(desk)
    desk.keyboard.press("k")
    expect(desk).to_have_url(re.compile(f"item={first}$"))
    desk.keyboard.press("j")
    expect(desk).to_have_url(re.compile(f"item={second}$"))


def test_today_is_told_in_one_line(desk):
    desk.keyboard.press("Enter")
    expect(desk.locator(".pace")).to_contain_text("done today")
    expect(desk.locator(".pace")).to_contain_text("BERT")
