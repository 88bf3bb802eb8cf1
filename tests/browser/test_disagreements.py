"""The disagreements page in a real browser: a cell of a map, the list below it and the CSV are the same items."""

import re

import pandas
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.rooms import go_to, settled

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(make_desk(tmp_path_factory.mktemp("desk") / "data")) as (address, _):
        yield address


@pytest.fixture
def page(server, open_page):
    page = open_page(server)
    settled(page)
    go_to(page, "disagreements")
    expect(found(page)).to_have_text("60 items")
    return page


def found(page):
    return page.locator("#view-disagreements .top .status")


def choose(cell, page):
    """Press a cell; the list must have as many items as it says. Returns the number."""
    count = int(cell.inner_text())
    cell.click()
    expect(found(page)).to_have_text(re.compile(rf"^{count} items?$"))
    return count


def export(page):
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    return pandas.read_csv(download.value.path(), encoding="utf-8-sig")


def test_a_cell_of_kind_and_rarity_narrows_list_and_csv(page):
    count = choose(page.locator("button.heat:not(.sum)").first, page)
    expect(page.locator("button.heat[aria-pressed=true]")).to_have_count(1)
    assert len(export(page)) == count
    page.locator("button.heat[aria-pressed=true]").click()
    expect(found(page)).to_have_text("60 items")


def test_a_cell_becomes_the_queue_of_triage(page):
    count = choose(page.locator("button.heat:not(.sum)").first, page)
    page.get_by_role("button", name="Work through in triage").click()
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator(".desk .left")).to_have_text(f"{count} left")


def test_a_label_that_a_classifier_claims_alone_leads_to_its_items_and_into_triage(page):
    page.get_by_role("button", name="Label and classifier").click()
    page.get_by_role("button", name="against the other two").click()
    cell = page.get_by_role("button", name=re.compile("^LLM head alone proposes 产品召回"))
    count = choose(cell, page)
    expect(page.locator(".cell-line")).to_contain_text("LLM head alone proposes 产品召回")
    table = export(page)
    assert len(table) == count
    assert set(table["llm_head_labels"]) == {"产品召回"}
    assert "产品召回" not in set(table["bert_labels"]) | set(table["prompt_labels"])
    page.locator("table.rows a").first.click()
    expect(page).to_have_url(re.compile(r"item=\d+"))
    expect(page.locator(".desk[data-state=item]")).to_be_visible()


def test_a_pair_of_two_classifiers_lists_where_they_say_so(page):
    page.get_by_role("button", name="Who says what instead").click()
    expect(page.locator("table.map")).to_have_attribute("aria-label", "Who says what instead")
    row = page.locator("table.map tbody tr").first
    mine, theirs = row.locator("th").inner_text(), row.locator("td.theirs").inner_text()
    choose(row.locator(".heat"), page)
    table = export(page)
    assert set(table["bert_labels"]) == {mine}
    assert set(table["llm_head_labels"]) == {theirs}
    page.get_by_role("button", name="Show all again").click()
    expect(found(page)).to_have_text("60 items")


def test_a_map_is_walked_by_arrow_keys_and_keeps_the_focus_when_a_cell_is_pressed(page):
    start = page.locator("table.map [tabindex='0']")
    expect(start).to_have_count(1)
    start.focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    key = page.evaluate("document.activeElement.dataset.key")
    assert '"agree"' in key
    page.keyboard.press("Enter")
    expect(found(page)).to_have_text("20 items")
    expect(page.locator("button.heat[aria-pressed=true]")).to_be_focused()
    assert page.evaluate("document.activeElement.dataset.key") == key


def test_a_label_chosen_by_hand_is_no_longer_that_of_a_cell(page):
    page.get_by_role("button", name="Label and classifier").click()
    page.get_by_role("button", name="against the other two").click()
    page.get_by_role("button", name=re.compile("^LLM head alone proposes 产品召回")).click()
    expect(page.locator(".cell-line b")).to_be_visible()
    page.locator("#view-disagreements").get_by_label("Label", exact=True).fill("股权质押")
    expect(page.locator(".cell-line b")).to_have_count(0)
    expect(found(page)).not_to_have_text("60 items")


def test_the_columns_of_the_csv_are_chosen_and_remembered(page):
    page.locator(".columns summary").click()
    page.get_by_role("button", name="none", exact=True).click()
    expect(page.locator("a.button.primary[aria-disabled]")).to_be_visible()
    page.get_by_label("Item number").check()
    page.get_by_label("BERT: labels").check()
    assert list(export(page).columns) == ["id", "bert_labels"]
    page.reload()
    settled(page)
    go_to(page, "disagreements")
    expect(page.locator(".columns summary")).to_have_text("2 of 22 columns")


def test_the_list_is_paged_on_the_server(page):
    expect(page.locator("table.rows tbody tr")).to_have_count(25)
    for _ in range(2):
        page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("51–60 of 60")
    expect(page.locator("table.rows tbody tr")).to_have_count(10)
