"""Every named recipe, from the Retrain page to a version that says the same when it is loaded again."""

import re

import pytest
from playwright.sync_api import expect

from classifier.examples import CLASSIFIERS
from classifier.presets import PRESETS
from tests.browser.conftest import TINY, rows, serving
from tests.browser.rooms import go_to, settled
from tests.test_recipes import JOBS, sample_desk, say_the_same

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
TRAINING_MS = 600_000


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with the shipped sample."""
    folder = tmp_path_factory.mktemp("recipes") / "data"
    with sample_desk(folder):
        yield folder


@pytest.fixture(scope="module")
def address(data):
    with serving(data, TINY) as (address, _):
        yield address


@pytest.mark.parametrize("names", JOBS, ids="+".join)
def test_a_recipe_trains_from_the_page_and_its_version_says_the_same_when_loaded(address, data, open_page, names):
    page = open_page(address)
    settled(page)
    go_to(page, "retrain")
    choose(page, {PRESETS[name].classifier: name for name in names})
    # A first start trains by itself.
    expect(page.locator("#retrain-button")).to_be_enabled(timeout=TRAINING_MS)
    before = last_job(data)
    page.locator("#retrain-button").click()
    finished(page, data, before)
    say_the_same(data, names)


def choose(page, recipes):
    page.locator(".recipes summary").click()
    for classifier in CLASSIFIERS:
        row = page.locator(f".recipe-row[data-classifier={classifier}]")
        row.locator("input").set_checked(classifier in recipes)
        if classifier in recipes:
            row.locator("select").select_option(recipes[classifier])


def last_job(data):
    return rows(data, "SELECT coalesce(max(id), 0) FROM job WHERE kind = 'retrain'")[0][0]


def finished(page, data, before):
    """Wait for the card of the job that was started, and hold it to have succeeded."""
    page.wait_for_function("() => document.querySelector('#retrain-button').disabled")
    expect(page.locator("#retrain-button")).to_be_enabled(timeout=TRAINING_MS)
    [(status, message)] = rows(data, "SELECT status, message FROM job WHERE kind = 'retrain' AND id > ?", before)
    assert status == "succeeded", message
    expect(page.locator("article.job[data-kind=retrain]").first).to_have_class(re.compile("succeeded"))
