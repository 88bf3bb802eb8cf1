"""Two people on one item: whoever comes second is told, sees what both said, and loses nothing."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import rows, serving
from tests.browser.desks import make_desk
from tests.browser.rooms import LOOKS, settled
from tests.browser.test_everywhere import violations
from ui.words import words_of

pytestmark = pytest.mark.timeout(300)
SAID = "SELECT labels FROM annotation WHERE item_id = ? AND kind = 'submitted' ORDER BY id"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_desk(tmp_path_factory.mktemp("conflicts") / "data", items=40)


@pytest.fixture(scope="module")
def address(data):
    with serving(data) as (address, _):
        yield address


def second_to_save(open_page, address, data, item, look=LOOKS[0]):
    """Open an item, let somebody else decide it, and save something else."""
    page = open_page(f"{address}/?item={item}&lang={look.language}", **look.options)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    first = open_page(f"{address}/?item={item}")
    expect(first.locator(".desk[data-state=item]")).to_be_visible()
    first.keyboard.press("Enter")
    expect(first.locator(".status.good")).to_be_visible()
    tick = page.locator(".matrix-row[data-label] .tick").first
    before = tick.get_attribute("aria-checked")
    page.keyboard.press("1")
    expect(tick).not_to_have_attribute("aria-checked", before)
    page.keyboard.press("Enter")
    expect(page.locator(".notice.bad[role=alert]")).to_be_visible()
    assert len(rows(data, SAID, item)) == 1
    return page


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_notice_withholds_nothing_from_anybody(open_page, address, data, look):
    page = second_to_save(open_page, address, data, 20 + LOOKS.index(look), look)
    settled(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("choice", "stored"), [("keep_mine", 2), ("keep_theirs", 1)])
def test_either_decision_can_be_kept_by_keyboard(open_page, address, data, choice, stored):
    item = 30 + stored
    page = second_to_save(open_page, address, data, item)
    button = page.get_by_role("button", name=words_of("en")[f"conflict.{choice}"])
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice.bad[role=alert]")).to_have_count(0)
    if choice == "keep_mine":
        expect(page.locator(".status.good")).to_be_visible()
    said = [sorted(json.loads(labels)) for (labels,) in rows(data, SAID, item)]
    assert len(said) == stored
    assert said[0] != said[-1] or stored == 1
