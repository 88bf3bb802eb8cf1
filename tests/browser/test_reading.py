"""The item as it is read: lines from which the eye finds back, all on one screen, and nothing cut off beside it."""

import sqlite3

import pytest
from playwright.sync_api import expect

from benchmarks.desk import LONG_ITEM, make_desk
from tests.browser.conftest import serving

pytestmark = pytest.mark.timeout(300)
ENGLISH, USUAL = 2, 3
STORY = (
    "The company said on Tuesday that it would recall about forty thousand vehicles after regulators found that a"
    " supplier had shipped faulty brake sensors to two of its plants, and that the cost of the repairs would be"
    " charged to the third quarter. Analysts had expected the move since the spring, when a first report mentioned"
    " several accidents on wet roads in the north. "
)
LINES = """node => {
  const text = node.firstChild, range = document.createRange(), lines = new Map();
  for (let place = 0; place < text.length; place++) {
    range.setStart(text, place);
    range.setEnd(text, place + 1);
    const top = Math.round(range.getClientRects()[0]?.top);
    lines.set(top, (lines.get(top) ?? 0) + 1);
  }
  return [...lines.values()];
}"""
TOO_WIDE = """() => [...document.querySelectorAll("html, .item, .judge, .matrix-area, .similar, .actions")]
  .filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.className)"""
TOO_HIGH = """() => [...document.querySelectorAll("html, .item")]
  .filter((node) => node.scrollHeight > node.clientHeight).map((node) => node.className)"""
HIDDEN = """() => {
  const end = document.querySelector(".matrix-area").getBoundingClientRect().bottom;
  return [...document.querySelectorAll(".matrix-row[data-label]:not(.quiet)")]
    .filter((row) => row.getBoundingClientRect().bottom > end).map((row) => row.dataset.label);
}"""
"""Labels that some classifier proposes, below the edge of the matrix."""


@pytest.fixture(scope="module", params=[65, 200], ids="{} labels".format)
def address(request, tmp_path_factory):
    """A desk whose longest label names hold a dozen Chinese characters, with one long English story."""
    data = tmp_path_factory.mktemp("reading") / "data"
    make_desk(data, items=300, labels=request.param)
    with sqlite3.connect(data / "triage.db") as connection:
        connection.execute("UPDATE item SET text = ? WHERE id = ?", (STORY * 3, ENGLISH))
    with serving(data) as (address, _):
        yield address


def read(open_page, address, item, width, height):
    page = open_page(f"{address}/?item={item}", viewport={"width": width, "height": height})
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator(".matrix-row[data-label]").first).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (1700, 900), (2560, 1440)])
def test_a_line_has_sixty_to_eighty_letters(open_page, address, width, height):
    text = read(open_page, address, ENGLISH, width, height).locator(".item .text")
    lines = text.evaluate(LINES)[:-1]
    assert len(lines) > 5
    assert sum(lines) / len(lines) >= 60
    assert max(lines) <= 80
    assert float(text.evaluate("node => getComputedStyle(node).fontSize").removesuffix("px")) >= 16


@pytest.mark.parametrize("item", [LONG_ITEM, ENGLISH, USUAL])
@pytest.mark.parametrize(("width", "height"), [(1101, 800), (1280, 800), (1699, 900), (1920, 1080)])
def test_nothing_is_wider_than_its_place(open_page, address, item, width, height):
    assert read(open_page, address, item, width, height).evaluate(TOO_WIDE) == []


def test_a_usual_item_and_all_that_is_proposed_for_it_are_on_one_screen(open_page, address):
    page = read(open_page, address, USUAL, 1280, 800)
    assert page.evaluate(TOO_HIGH) == []
    assert page.evaluate(HIDDEN) == []
