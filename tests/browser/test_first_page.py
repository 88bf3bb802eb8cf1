"""The first page: everything is asked for at once, and nothing twice."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from benchmarks.desk import make_desk
from tests.browser.conftest import serving

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A small desk with three classifiers."""
    data = tmp_path_factory.mktemp("first") / "data"
    make_desk(data, items=60, labels=20)
    with serving(data) as (address, _):
        yield address


@pytest.fixture
def visit(browser):
    """Visit a page and return what was asked for until the first item stood there."""
    contexts = []

    def look(address):
        context = browser.new_context(locale="en-US")
        contexts.append(context)
        context.add_init_script("localStorage.setItem('news-triage.tour', 'seen')")
        page, asked = context.new_page(), []
        context.on("request", lambda request: asked.append(request))
        page.goto(address)
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        return page, asked

    yield look
    for context in contexts:
        context.close()


def calls(asked):
    sent = [request.post_data for request in asked if request.url.endswith("/component_server/")]
    return [(call["fn_name"], call["data"]) for call in map(json.loads, sent)]


def test_the_head_names_every_file_of_gradio_that_the_page_asks_for(visit, address):
    page, asked = visit(address)
    named = re.findall(r'(?:href|src)="(?:\./)?(assets/[^"]+)"', page.request.get(address).text())
    paths = [urlsplit(request.url).path.lstrip("/") for request in asked]
    assert [path for path in paths if path.startswith("assets/") and path not in named] == []


def test_the_first_page_asks_for_no_font(visit, address):
    _, asked = visit(address)
    assert [request.url for request in asked if request.resource_type == "font"] == []


def test_the_first_item_is_asked_for_once(visit, address):
    _, asked = visit(address)
    names = [name for name, fields in calls(asked) if "limit" not in fields]
    assert names.count("ask_setup") == names.count("ask_next_items") == 1


def test_an_item_of_the_address_is_asked_for_once(visit, address):
    page, asked = visit(f"{address}/?item=7")
    names = [name for name, fields in calls(asked) if "limit" not in fields]
    assert (names.count("ask_open_item"), names.count("ask_next_items")) == (1, 0)
    assert urlsplit(page.url).query == "item=7"


def test_a_first_item_that_is_long_in_coming_is_announced(open_page, address):
    page, held = open_page(address), []

    def hold(route):
        if held is not None and "ask_next_items" in route.request.post_data:
            held.append(route)
        else:
            route.continue_()

    page.route("**/component_server/", hold)
    page.goto(address)
    expect(page.locator(".desk[data-state=loading]")).to_have_attribute("data-loading", "loading…")
    announced = "getComputedStyle(document.querySelector('.desk'), '::after')"
    page.wait_for_function(f"{announced}.opacity === '1'")
    late, held = held, None
    for route in late:
        route.continue_()
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    assert page.evaluate(f"{announced}.content") == "none"


def test_a_first_question_that_fails_is_asked_again(browser, address):
    context = browser.new_context(locale="en-US")
    failed = []

    def fail_once(route):
        name = json.loads(route.request.post_data)["fn_name"]
        route.continue_() if name in failed else route.abort()
        failed.append(name)

    context.route("**/component_server/", fail_once)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    context.close()
    assert failed.count("ask_next_items") >= 2
