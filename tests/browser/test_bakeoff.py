"""The bake-off page in a real browser: planned, read, sorted, taken away, and a row made a candidate."""

import re

import pandas
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.bakings import add_bake_off
from tests.browser.conftest import TINY, command, rows, serving
from tests.browser.desks import make_desk
from tests.browser.rooms import LOOKS, go_to, settled
from tests.browser.test_everywhere import RULES
from tests.conftest import labelled_rows, write_jsonl

pytestmark = pytest.mark.timeout(600)
TRAINING_MS = 300_000


@pytest.fixture(scope="module")
def baked(tmp_path_factory):
    """A desk on which a bake-off has ended, that nobody changes."""
    data = make_desk(tmp_path_factory.mktemp("baked") / "data", items=12)
    add_bake_off(data)
    with serving(data) as (address, _):
        yield address


def opened(page):
    settled(page)
    go_to(page, "bakeoff")
    return page.locator("#view-bakeoff")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_bake_off_withholds_nothing_from_anybody(baked, open_page, look):
    page = open_page(f"{baked}/?lang={look.language}", **look.options)
    view = opened(page)
    expect(view.locator("tbody tr")).to_have_count(10)
    for summary in view.locator(".recipe-group summary").all():
        summary.click()
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= look.size["width"]


def test_rows_are_sorted_charts_read_by_arrow_keys_and_the_table_taken_away(baked, open_page, tmp_path):
    page = open_page(baked)
    view = opened(page)
    expect(view.locator(".advice li").first).to_have_text(re.compile(r"Best recipe on gold: prompt, micro-F1 0\.\d{3}"))
    recipes = view.locator("tbody th")
    expect(recipes.first).to_contain_text("reference")
    view.get_by_role("button", name="Micro F1").click()
    expect(recipes.first).to_contain_text("prompt")
    expect(view.locator("th[aria-sort=descending]")).to_have_text("Micro F1")
    expect(view.locator("tr.failed")).to_contain_text("The loss became NaN")
    expect(view.locator("tbody tr").filter(has_text="reference").get_by_role("button")).to_have_count(0)
    chart = view.locator("figure").first
    points = chart.locator(".point[role=img]")
    expect(points).to_have_count(9)
    points.first.focus()
    expect(chart.locator(".readout")).to_contain_text("reference, 25%")
    page.keyboard.press("End")
    expect(chart.locator(".readout")).to_contain_text(re.compile(r"prompt, all: Micro F1 .* 5 min; on the front"))
    view.get_by_label("Cost", exact=True).select_option("peak_memory")
    expect(view.locator("figure").first.locator(".point[role=img]").first).to_have_attribute(
        "aria-label", re.compile("MB")
    )
    expect(view.locator("figure").last.locator("path.line:not(.sign *)")).to_have_count(4)
    with page.expect_download() as download:
        view.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "table.csv")
    table = pandas.read_csv(tmp_path / "table.csv")
    assert table["recipe"].tolist() == ["reference", "bert", "bert-neftune", "llm-lora", "prompt"] * 2
    assert table["micro_f1"].notna().sum() == 9


def test_what_is_ticked_is_what_the_plan_says(baked, open_page):
    view = opened(open_page(baked))
    plan = view.locator("#bakeoff-plan")
    expect(plan).to_contain_text("4 runs of 3 recipes, at most")
    view.get_by_label("Other amounts").fill("500")
    expect(plan).to_contain_text("8 runs of 3 recipes")
    view.get_by_label("Other amounts").fill("a lot")
    expect(plan).to_contain_text("'a' is no amount of data")
    expect(view.locator("#bakeoff-button")).to_be_disabled()
    view.get_by_label("Other amounts").fill("")
    view.get_by_label("Seeds").select_option("2")
    expect(plan).to_contain_text("7 runs of 3 recipes")
    expect(view.locator("#bakeoff-button")).to_be_enabled()


def test_a_row_becomes_a_candidate_and_stands_on_the_retrain_tab(tmp_path, open_page):
    data = make_desk(tmp_path / "data", items=12)
    job_id = add_bake_off(data)
    with serving(data) as (address, _):
        page = open_page(address)
        view = opened(page)
        button = view.get_by_role("button", name="Make prompt, run 10, a candidate")
        button.click()
        expect(page.locator("dialog.sure")).to_contain_text("waits on the Retrain tab")
        page.keyboard.press("Escape")
        assert rows(data, "SELECT count(*) FROM version WHERE status = 'candidate'") == [(0,)]
        button.click()
        page.locator("dialog.sure button.primary").click()
        expect(view.locator("tr[data-run='10'] .badge")).to_have_text("candidate")
        kept = rows(data, "SELECT classifier, reason FROM version WHERE status = 'candidate'")
        assert kept == [("prompt", f"Chosen from bake-off {job_id}.")]
        go_to(page, "retrain")
        expect(page.locator("#view-retrain th.candidate")).to_contain_text("LLM prompt")


@pytest.mark.slow
def test_a_real_bake_off_is_run_from_the_page(tmp_path, open_page):
    data = tmp_path / "data"
    command("import", write_jsonl(tmp_path / "news.jsonl", labelled_rows(160)), "--data", data)
    with serving(data, TINY) as (address, _):
        view = opened(open_page(address))
        for name in ("LLM head", "LLM prompt"):
            view.locator("summary", has_text=name).click()
            view.get_by_role("group", name=f"Recipe of {name}").get_by_role("checkbox").first.uncheck()
        expect(view.locator("#bakeoff-plan")).to_contain_text("2 runs of 1 recipe")
        view.locator("#bakeoff-button").click()
        expect(view.locator("article.job.succeeded")).to_be_visible(timeout=TRAINING_MS)
        expect(view.locator("tr.done")).to_have_count(2)
        expect(view.locator(".advice li").first).to_contain_text("Best recipe on gold")
