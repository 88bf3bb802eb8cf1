"""The disagreements page by keys alone: all that it offers is reached by Tab, and the focus is never lost."""

import re

import pandas
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.rooms import settled
from tests.browser.test_disagreements import found

pytestmark = pytest.mark.timeout(300)
MOST_TABS = 150
AT = "node => node === document.activeElement"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(make_desk(tmp_path_factory.mktemp("desk") / "data")) as (address, _):
        yield address


@pytest.fixture
def page(server, open_page):
    """The page, come to by keys."""
    page = open_page(server)
    settled(page)
    walk(page, page.get_by_role("tab", name="Disagreements"))
    page.keyboard.press("Enter")
    expect(found(page)).to_have_text("60 items")
    settled(page)
    return page


def walk(page, target, back=False):
    """Press Tab until the target has the focus."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate(AT):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"Tab does not come to {target}")


def press(page, name, key="Enter", role="button"):
    walk(page, page.locator("#view-disagreements").get_by_role(role, name=name))
    page.keyboard.press(key)


def is_held(page):
    """Whether the focus is on something that can be seen, and not lost to the page."""
    return page.evaluate("document.activeElement !== document.body && document.activeElement.checkVisibility()")


def field(page, name):
    return page.locator("#view-disagreements .filter-row").get_by_label(name, exact=True)


@pytest.mark.parametrize(
    ("name", "typed", "wanted"),
    [
        ("Kind of disagreement", "All ag", "20 items"),
        ("State", "Ope", "60 items"),
        ("Rarity of the labels in dispute", "rar", r"\d+ items"),
        ("Label", "股权质押", r"\d items|1\d items"),
        ("Source", "ArrowDown", "60 items"),
        ("From day", "03022026", "37 items"),
        ("To day", "03012026", "23 items"),
        ("Words", "股权质押", r"\d items"),
    ],
)
def test_a_filter_is_set_and_taken_back(page, name, typed, wanted):
    walk(page, field(page, name))
    page.keyboard.press(typed) if typed == "ArrowDown" else page.keyboard.type(typed)
    expect(found(page)).to_have_text(re.compile(f"^({wanted})$"))
    assert is_held(page)
    press(page, "Clear the filter")
    expect(found(page)).to_have_text("60 items")
    assert is_held(page)


def test_each_map_is_chosen_and_a_cell_narrows_the_list_until_all_is_shown_again(page):
    for map_name in ("Label and classifier", "Who says what instead", "Kind and rarity"):
        press(page, map_name)
        if map_name == "Label and classifier":
            press(page, "against the other two")
        expect(page.locator("table.map")).to_have_attribute("aria-label", map_name)
        settled(page)
        walk(page, page.locator("table.map [tabindex='0']"))
        page.keyboard.press("ArrowDown")
        for _ in range(8):
            if page.evaluate("document.activeElement.matches('button')"):
                break
            page.keyboard.press("ArrowRight")
        count = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        expect(found(page)).to_have_text(re.compile(rf"^{count} items?$"))
        settled(page)
        assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
        page.keyboard.press("Enter")
        expect(found(page)).to_have_text("60 items")
        settled(page)
        assert is_held(page)


def test_what_a_cell_stands_for_is_closed_and_the_focus_goes_to_the_map(page):
    press(page, "Label and classifier")
    press(page, "against the other two")
    settled(page)
    walk(page, page.locator("table.map [tabindex='0']"))
    page.keyboard.press("ArrowDown")
    while not page.evaluate("document.activeElement.matches('button')"):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    press(page, "Show all again")
    expect(found(page)).to_have_text("60 items")
    settled(page)
    assert page.evaluate("Boolean(document.activeElement.closest('table.map'))")


def test_pages_are_turned_and_the_focus_stays_with_them(page):
    press(page, "Next")
    expect(page.locator(".pages")).to_contain_text("26–50 of 60")
    expect(page.locator(".pages [data-key='25']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".pages")).to_contain_text("51–60 of 60")
    # There is no next one; the way back is at hand.
    expect(page.locator(".pages [data-key='-25']")).to_be_focused()


def test_columns_are_chosen_and_the_csv_of_them_taken(page):
    walk(page, page.locator(".columns summary"))
    page.keyboard.press("Enter")
    press(page, "none")
    for name in ("Item number", "LLM prompt: labels"):
        press(page, name, "Space", role="checkbox")
    page.keyboard.press("Escape")
    expect(page.locator(".columns fieldset")).to_be_hidden()
    expect(page.locator(".columns summary")).to_be_focused()
    with page.expect_download() as download:
        press(page, "Export CSV", role="link")
    assert list(pandas.read_csv(download.value.path(), encoding="utf-8-sig").columns) == ["id", "prompt_labels"]


def test_whoever_goes_on_from_the_columns_no_longer_has_them_in_the_way(page):
    walk(page, page.locator(".columns summary"))
    page.keyboard.press("Enter")
    expect(page.locator(".columns fieldset")).to_be_visible()
    walk(page, page.get_by_role("link", name="Export CSV"))
    expect(page.locator(".columns fieldset")).to_be_hidden()


def test_an_item_of_the_list_is_opened_and_decided(page):
    link = page.locator("table.rows a").nth(1)
    text = link.inner_text()
    walk(page, link)
    page.keyboard.press("Enter")
    expect(page.locator(".desk[data-state=item]:not(.waiting) .item .text")).to_have_text(text)
    first = page.url
    assert re.search(r"item=\d+", first)
    page.keyboard.press("s")
    expect(page).not_to_have_url(first)


def test_the_list_becomes_the_queue_of_triage(page):
    walk(page, field(page, "Kind of disagreement"))
    page.keyboard.type("All ag")
    expect(found(page)).to_have_text("20 items")
    press(page, "Work through in triage")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator(".desk .left")).to_have_text(re.compile(r"^(20|19) left$"))
