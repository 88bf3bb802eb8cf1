"""Accounts in a real browser: real passwords, a session of its own and its end, a page that everybody can read."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from benchmarks.desk import make_desk
from tests.browser.conftest import ROOT, serving
from tests.browser.rooms import LOOKS, go_to
from tests.browser.test_everywhere import violations

pytestmark = pytest.mark.timeout(300)
PASSWORD = "correct horse battery"
ENDED = "Your session has ended"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A desk that asks who is there."""
    data = tmp_path_factory.mktemp("accounts") / "data"
    make_desk(data, items=120, labels=20)
    for name in ("li", "王芳"):
        add_user(data, name)
    add_user(data, "zhao", "--role", "lead")
    with serving(data) as (address, _):
        yield address


def add_user(data, name, *role):
    words = [sys.executable, "app.py", "user", "add", name, *role, "--data", str(data)]
    subprocess.run(words, input=f"{PASSWORD}\n", cwd=ROOT, text=True, check=True, capture_output=True)


def sign_in(page, name="li", password=PASSWORD):
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("[type=submit]").click()


def test_a_person_signs_in_is_named_on_the_page_and_signs_out(open_page, address):
    page = open_page(address)
    expect(page).to_have_url(f"{address}/sign-in")
    sign_in(page, "王芳")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect(page.locator(".nt-header .person")).to_have_text("王芳")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{address}/sign-in")
    page.goto(address)
    expect(page).to_have_url(f"{address}/sign-in")


def test_a_wrong_password_is_told_in_one_sentence_and_the_name_stays(open_page, address):
    page = open_page(f"{address}/sign-in")
    sign_in(page, "li", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Name or password is wrong")
    expect(page.get_by_label("Name")).to_have_value("li")
    assert violations(page) == []


def test_too_many_attempts_lock_the_name_and_say_for_how_long(open_page, address):
    page = open_page(f"{address}/sign-in?lang=zh")
    for _ in range(10):
        sign_in(page, "nobody", "wrong")
        expect(page.get_by_role("alert")).to_contain_text("不正确")
    sign_in(page, "nobody", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("请等待一分钟")


def test_the_sign_in_page_withholds_nothing_from_anybody(open_page, address):
    for look in LOOKS:
        page = open_page(f"{address}/sign-in?lang={look.language}", **look.options)
        expect(page.locator("[type=submit]")).to_be_visible()
        assert violations(page) == [], look
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_language_of_the_sign_in_page_is_that_of_the_page_behind_it(open_page, address):
    page = open_page(f"{address}/sign-in")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("[type=submit]")).to_have_text("登录")
    sign_in(page)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_a_session_that_ends_is_told_where_it_happens_and_nothing_ticked_is_lost(open_page, address):
    page = open_page(address)
    sign_in(page)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    item = page.evaluate("location.search")
    page.locator("input.note").fill("a note that must not be lost")
    page.context.clear_cookies(name="news_triage_session")
    page.locator("input.note").press("Enter")
    expect(page.locator(".ended")).to_contain_text(ENDED)
    page.locator(".ended").get_by_role("link", name="Sign in again").click()
    sign_in(page)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    page.goto(f"{address}/{item}")
    expect(page.locator("input.note")).to_have_value("a note that must not be lost")


def test_what_one_person_ticked_is_not_handed_to_the_next_at_the_same_browser(open_page, address):
    page = open_page(f"{address}/?item=5")
    sign_in(page)
    page.goto(f"{address}/?item=5")
    note = page.locator("input.note")
    note.fill("for me alone")
    for name, expected in (("王芳", ""), ("li", "for me alone")):
        page.get_by_role("button", name="Sign out").click()
        sign_in(page, name)
        expect(page.locator(".nt-header .person")).to_have_text(name)
        page.goto(f"{address}/?item=5")
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        expect(note).to_have_value(expected)


@pytest.mark.parametrize(("language", "why"), [("en", "Changes here are for leads"), ("zh", "此处的更改仅限负责人")])
def test_an_analyst_reads_why_and_finds_no_button(open_page, address, language, why):
    page = open_page(f"{address}/sign-in?lang={language}")
    sign_in(page)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    for tab in ("retrain", "bakeoff", "data"):
        go_to(page, tab)
        expect(page.locator(".not-for-you:visible").first).to_contain_text(why)
        assert page.locator(".for-leads:visible").count() == 0, tab
        assert violations(page) == [], tab


def test_a_lead_finds_every_button(open_page, address):
    page = open_page(f"{address}/sign-in")
    sign_in(page, "zhao")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    for tab in ("retrain", "bakeoff", "data"):
        go_to(page, tab)
        assert page.locator(".for-leads:visible").count() > 0, tab
        assert page.locator(".not-for-you:visible").count() == 0, tab
