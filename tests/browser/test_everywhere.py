"""What holds on every tab: no request leaves the machine, nothing is withheld from anybody, no word is missing."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from benchmarks.desk import make_desk, make_empty
from tests.browser.conftest import is_here, serving
from tests.browser.rooms import LOOKS, TABS, go_to, settled

pytestmark = pytest.mark.timeout(600)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A small desk on which all three classifiers have spoken."""
    data = tmp_path_factory.mktemp("everywhere") / "data"
    make_desk(data, items=300, labels=65)
    with serving(data) as (address, _):
        yield address


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A desk without any item."""
    data = tmp_path_factory.mktemp("empty") / "data"
    make_empty(data)
    with serving(data) as (address, _):
        yield address


@pytest.fixture(params=LOOKS, ids=str)
def look(request):
    return request.param


def open_desk(open_page, address, look, **options):
    page = open_page(f"{address}/?lang={look.language}", **look.options, **options)
    expect(page.locator(".desk")).to_be_visible()
    settled(page)
    return page


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in found]


def test_no_tab_withholds_anything_from_anybody(open_page, address, look):
    page = open_desk(open_page, address, look)
    assert violations_by_tab(page) == {}


def test_no_tab_of_an_empty_desk_withholds_anything_from_anybody(open_page, empty):
    page = open_desk(open_page, empty, LOOKS[0])
    assert violations_by_tab(page) == {}


def test_nothing_that_a_key_opens_withholds_anything_from_anybody(open_page, address, look):
    page = open_desk(open_page, address, look)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    found = {}
    for key in "/fp?":
        page.keyboard.press(key)
        found |= {key: wrong} if (wrong := violations(page)) else {}
        page.keyboard.press("Escape")
    assert found == {}


def violations_by_tab(page):
    found = {}
    for tab in TABS:
        go_to(page, tab)
        found |= {tab: wrong} if (wrong := violations(page)) else {}
    return found


def test_no_tab_asks_another_machine(browser, address, look):
    """With the network cut off except for the app, and by the list of all that was asked for."""
    context = browser.new_context(locale="en-US", **look.options)
    asked = []
    context.route(lambda url: not is_here(url, address), lambda route: route.abort())
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{address}/?lang={look.language}&theme={look.scheme}")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    for tab in TABS:
        go_to(page, tab)
    context.close()
    assert asked
    assert [url for url in asked if not is_here(url, address)] == []


@pytest.mark.parametrize(("scheme", "chosen"), [("light", "dark"), ("dark", "light"), ("dark", "system")])
def test_the_chosen_scheme_is_there_from_the_first_frame(open_page, address, scheme, chosen):
    page = open_page(f"{address}/?theme={chosen}", color_scheme=scheme)
    page.context.add_init_script(FRAMES)
    page.goto(address)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    shades = set(page.evaluate("frames"))
    wanted = scheme if chosen == "system" else chosen
    assert {"dark" if darkness(shade) else "light" for shade in shades} == {wanted}, shades


FRAMES = """window.frames = [];
const look = () => {
  if (document.body) frames.push(getComputedStyle(document.body).backgroundColor);
  if (frames.length < 120) requestAnimationFrame(look);
};
requestAnimationFrame(look);"""


def darkness(colour):
    channels = [float(part) for part in re.findall(r"[\d.]+", colour)]
    return (len(channels) < 4 or channels[3] > 0) and max(channels[:3]) < 80


def test_language_and_scheme_are_chosen_on_the_page_and_remembered(open_page, address):
    page = open_desk(open_page, address, LOOKS[0])
    page.get_by_label("Language").select_option("zh")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("tab").first).to_have_text(re.compile("[\u4e00-\u9fff]"))
    page.get_by_label("外观").select_option("dark")
    expect(page.locator("html.nt-dark")).to_have_count(1)
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("html.nt-dark[lang=zh-CN]")).to_have_count(1)


def test_fonts_for_chinese_are_named(open_page, address):
    page = open_desk(open_page, address, LOOKS[1])
    family = page.locator(".nt").first.evaluate("node => getComputedStyle(node).fontFamily")
    assert {"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"} <= {name.strip(' "') for name in family.split(",")}
