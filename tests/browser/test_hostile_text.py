"""News, labels, notes and names that try to be more than text: a browser shows them on every tab and runs nothing."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from classifier.profiles import PROFILES
from storage.tables import Annotation, Item, Label, Standing
from tests.browser.conftest import serving
from tests.browser.desks import make_desk
from tests.browser.rooms import TABS, go_to
from tests.hostile import HOSTILE
from workflow.use_cases import build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FOREIGN = "script[src^='x'], img[src='x'], iframe[srcdoc], a[href^='javascript'], [onerror], [onload]"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A desk of which every text that people bring is hostile."""
    data = make_desk(tmp_path_factory.mktemp("hostile") / "data", items=33, labels=11)
    cases = build(data, None, PROFILES["starter"])
    with cases.database.write() as session:
        for number, text in enumerate(HOSTILE, start=1):
            for item_id in (number, number + 11, number + 22):
                values = {"text": f"{text} {item_id}", "source": text[:200], "companies": [text[:100]]}
                session.execute(update(Item).where(Item.id == item_id).values(values))
                session.execute(update(Standing).where(Standing.item_id == item_id).values(source=text[:200]))
            named = {"name": f"{text[:150]} {number}", "description": text[:500], "group": text[:100]}
            session.execute(update(Label).where(Label.id == number).values(named))
            said = {"kind": "flagged", "person": text[:60], "note": text[:500], "token": str(number), "seen_version": 1}
            session.add(Annotation(item_id=number, **said))
    cases.database.close()
    with serving(data) as (address, _):
        yield address


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_tab_runs_what_is_only_text(open_page, address, language):
    page, opened = open_page(f"{address}/?lang={language}"), []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    for tab in TABS:
        go_to(page, tab)
        assert page.locator(FOREIGN).count() == 0, tab
        assert page.evaluate("window.ran") is None, tab
    assert opened == []


def test_each_text_is_shown_as_it_is(open_page, address):
    page = open_page(address)
    for number, text in enumerate(HOSTILE, start=1):
        page.goto(f"{address}/?item={number}")
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        shown = page.locator(".desk").inner_text()
        assert "".join(text.split())[:40].replace("\x1b", "") in "".join(shown.split()).replace("\x1b", "")
        assert page.evaluate("window.ran") is None
