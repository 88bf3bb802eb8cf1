"""Each page speaks one language: no English word on a Chinese page, no Chinese one on an English page, data aside."""

import re

import pytest
from playwright.sync_api import expect

from classifier.presets import PRESETS
from tests.browser.conftest import rows, serving
from tests.browser.desks import make_desk
from tests.browser.histories import add_history
from tests.browser.rooms import TABS, WIDE, go_to, settled
from tests.browser.test_sign_in import add_user
from tests.conftest import write_jsonl
from ui.phrasebook import say

pytestmark = pytest.mark.timeout(600)
LANGUAGES = ("en", "zh")
FOREIGN = {
    # Names of formats, models and measures are the same in both languages.
    "zh": re.compile(r"\b(?!starter|analyst)[a-z]{3,}\b(?!\.[a-z])"),
    "en": re.compile("[\u3400-\u9fff]"),
}
NAMES = re.compile(r"English|中文|News Triage|http://…/v1|\d+/label|\{how\}")
"""Proper names, and what is typed alike in both languages."""
OWN = ".item .text, .neighbours .text, .neighbours q, .told q, pre, datalist, td.wide, .nt-preview td, option[value]"
"""Where items, files and logs speak for themselves; the names of labels, groups and sources are in the database."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A desk with versions in every state."""
    data = tmp_path_factory.mktemp("languages") / "data"
    make_desk(data, items=60, labels=30)
    add_history(data)
    return data


@pytest.fixture(scope="module")
def address(data):
    with serving(data) as (address, _):
        yield address


@pytest.fixture(scope="module")
def own_words(data):
    """What people have named, the longest first, so that no rest of a longer name stays."""
    names = {word for row in rows(data, 'SELECT name, description, "group" FROM label') for word in row}
    names |= {source for (source,) in rows(data, "SELECT DISTINCT source FROM item")}
    # What a recipe is has its terms in English; tests/ui/test_phrasebook.py holds the rest of it.
    names |= set(PRESETS) | {say(preset.about, "zh") for preset in PRESETS.values()}
    return sorted(filter(None, names), key=len, reverse=True)


@pytest.fixture(params=LANGUAGES)
def page(request, open_page, address):
    page = open_page(f"{address}/?lang={request.param}", viewport=WIDE)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    settled(page)
    return page


def foreign(page, own_words):
    """Return what is said in the other language."""
    language = page.evaluate("newsTriage.language")
    said = page.evaluate(WORDS, OWN)
    assert len(said) > 10
    return [text for text in said if FOREIGN[language].search(without(text, own_words))]


def without(text, words):
    for word in words:
        text = text.replace(word, "")
    return NAMES.sub("", text)


WORDS = """(own) => [...document.querySelectorAll("body *")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(own))
  .flatMap((node) => [
    ...[...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.textContent.trim()),
    node.title, node.getAttribute("aria-label"), node.placeholder,
  ])
  .filter((text) => typeof text === "string" && text)"""


def test_every_page_speaks_one_language(page, own_words):
    found = {}
    for tab in TABS:
        go_to(page, tab)
        for summary in page.locator("#tabs .tabitem:visible summary:visible").all():
            summary.click()
        settled(page)
        found |= {tab: wrong} if (wrong := foreign(page, own_words)) else {}
    assert found == {}


def test_every_map_speaks_one_language(page, own_words):
    go_to(page, "disagreements")
    for name in ("kinds", "labels", "pairs"):
        page.locator(f"[data-key=map-{name}]").click()
        settled(page)
        assert foreign(page, own_words) == [], name


def test_what_keys_open_speaks_one_language(page, own_words):
    for key in "/fp?":
        page.keyboard.press(key)
        assert foreign(page, own_words) == [], key
        page.keyboard.press("Escape")


def test_a_file_that_is_looked_at_is_told_of_in_one_language(page, own_words, tmp_path):
    go_to(page, "data")
    lines = [{"text": f"第{n}条，另一件事{n**3}"} for n in range(3)]
    page.locator("#import-file input[type=file]").set_input_files(
        write_jsonl(tmp_path / "evening.jsonl", [*lines, {"text": ""}])
    )
    expect(page.locator("#view-importing .nt-preview .notice.warn")).to_be_visible()
    assert foreign(page, [*own_words, "evening.jsonl", "text"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_and_the_tour_speak_one_language(open_page, tmp_path, own_words, language):
    make_desk(tmp_path / "data", items=30)
    add_user(tmp_path / "data", "li")
    with serving(tmp_path / "data") as (address, _):
        page = open_page(f"{address}/sign-in?lang={language}", newcomer=True)
        said = page.locator("body").inner_text() + page.title()
        assert not FOREIGN[language].search(without(said, own_words))
        page.locator("[name=name]").fill("li")
        page.locator("[name=password]").fill("wrong")
        page.locator("[type=submit]").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert not FOREIGN[language].search(without(page.get_by_role("alert").inner_text(), own_words))
        page.locator("[name=name]").fill("li")
        page.locator("[name=password]").fill("correct horse battery")
        page.locator("[type=submit]").click()
        for _ in range(5):
            expect(page.locator(".tour")).to_be_visible()
            settled(page)
            assert foreign(page, [*own_words, "li"]) == []
            page.locator(".tour button").last.click()
