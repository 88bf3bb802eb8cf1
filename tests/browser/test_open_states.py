"""What opens on the disagreements and the retrain page withholds nothing from anybody: held against axe-core."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.histories import add_history
from tests.browser.rooms import LOOKS, go_to, settled
from tests.browser.test_everywhere import violations

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    data = make_desk(tmp_path_factory.mktemp("states") / "data", items=40)
    add_history(data)
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
