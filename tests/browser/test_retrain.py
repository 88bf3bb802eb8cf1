"""The retrain page in a real browser: versions compared, promoted, rolled back; a real training in two tabs."""

import json
import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TINY, command, serving
from tests.browser.desks import make_desk
from tests.browser.histories import add_history
from tests.browser.rooms import go_to, settled
from tests.conftest import labelled_rows, write_jsonl

pytestmark = pytest.mark.timeout(600)
TRAINING_MS = 300_000


@pytest.fixture
def past(tmp_path):
    """A desk with a candidate that waits."""
    data = make_desk(tmp_path / "data", items=12)
    add_history(data)
    return data


def opened(page):
    settled(page)
    go_to(page, "retrain")
    return page


def statuses(data):
    with sqlite3.connect(data / "triage.db") as connection:
        return dict(connection.execute("SELECT number, status FROM version WHERE classifier = 'bert'"))


def test_a_candidate_is_compared_promoted_and_taken_back_without_a_reload(past, open_page):
    with serving(past) as (address, _):
        page = opened(open_page(address))
        changes = page.locator(".changes")
        expect(changes.locator("select").first.locator("option:checked")).to_have_text(
            "BERT: v3 (live) → v4 (candidate)"
        )
        expect(changes.locator("g.slope.rise")).to_have_count(3)
        expect(changes.locator("g.slope.fall")).to_have_count(2)
        changes.locator("summary").click()
        expect(changes.locator("tbody tr").first).to_contain_text("▲ +0.150")
        expect(changes.locator("tbody tr").last).to_contain_text("unknown")
        page.get_by_role("button", name="Promote BERT v4").first.click()
        expect(page.locator("dialog.sure")).to_contain_text("BERT answers with v4 from now on")
        page.keyboard.press("Escape")
        expect(page.locator("dialog.sure")).to_have_count(0)
        assert statuses(past)[4] == "candidate"
        page.get_by_role("button", name="Promote BERT v4").first.click()
        page.locator("dialog.sure button.primary").click()
        expect(page.locator(".compare th.live").first).to_contain_text("BERT v4")
        assert statuses(past) == {1: "retired", 2: "retired", 3: "retired", 4: "live"}
        page.get_by_role("button", name="Roll back BERT v4").click()
        expect(page.locator("dialog.sure")).to_contain_text("BERT answers with v3 from now on, in place of v4")
        page.locator("dialog.sure button.primary").click()
        expect(page.locator(".compare th.live").first).to_contain_text("BERT v3")
        assert statuses(past)[3] == "live"


def test_items_on_which_pseudo_labels_are_to_be_checked_become_the_queue(past, open_page):
    with sqlite3.connect(past / "triage.db") as connection:
        told = {"bert": {"version": 4, "status": "candidate", "audit": [2, 5, 9]}}
        connection.execute("UPDATE job SET metrics = ? WHERE id = (SELECT max(id) FROM job)", [json.dumps(told)])
    with serving(past) as (address, _):
        page = opened(open_page(address))
        page.get_by_role("button", name="Check 3 items").click()
        expect(page.locator(".desk[data-state=item]")).to_be_visible()
        expect(page.locator(".desk .left")).to_have_text("3 left")
        expect(page.locator(".desk span.status")).to_contain_text("3 chosen items")
        page.reload()
        settled(page)
        expect(page.locator(".desk .left")).to_have_text("3 left")


def test_the_charts_are_read_by_arrow_keys(past, open_page):
    with serving(past) as (address, _):
        page = opened(open_page(address))
        points = page.locator(".timeline .point[role=img]")
        expect(points).to_have_count(14)
        expect(page.locator(".timeline line.gold")).to_have_count(1)
        points.first.focus()
        readout = page.locator(".timeline .readout")
        expect(readout).to_contain_text("BERT v1: Micro F1 0.800, retired")
        page.keyboard.press("ArrowRight")
        expect(readout).to_contain_text("BERT v2: Micro F1 0.820, retired")
        page.keyboard.press("ArrowDown")
        expect(readout).to_contain_text("LLM head v2")
        page.locator("g.slope.rise").first.focus()
        expect(page.locator(".chart.slope .readout").first).to_contain_text(re.compile("rises from 0.500 to 0.650"))


def test_a_training_is_the_same_in_two_tabs_and_after_a_reload_and_can_be_cancelled(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("TRAINING_SECONDS", "120")
    data = tmp_path / "data"
    command("import", write_jsonl(tmp_path / "rows.jsonl", labelled_rows(120)), "--data", data)
    with serving(data, TINY) as (address, _):
        first, second = opened(open_page(address)), opened(open_page(address))
        expect(first.locator("#retrain-plan")).to_contain_text("No version is live yet, at most about")
        first.locator("#retrain-button").click()
        for page in (first, second):
            card = page.locator("article.job.running[data-kind=retrain]")
            expect(card.locator(".chart svg").first).to_be_visible(timeout=TRAINING_MS)
            expect(card.locator(".progress .faint")).to_contain_text("left")
            expect(page.locator("#retrain-button")).to_be_disabled()
        keeps_ones_place_in_the_log(first)
        second.reload()
        opened(second)
        card = second.locator("article.job[data-kind=retrain]")
        expect(card).to_have_class(re.compile("running"))
        card.get_by_role("button", name="Cancel").click()
        for page in (first, second):
            expect(page.locator("article.job.cancelled[data-kind=retrain]")).to_be_visible(timeout=TRAINING_MS)
            expect(page.locator("#retrain-button")).to_be_enabled()


def test_a_recipe_is_chosen_by_its_name_and_the_version_remembers_it(open_page, tmp_path):
    data = tmp_path / "data"
    command("import", write_jsonl(tmp_path / "rows.jsonl", labelled_rows(120)), "--data", data)
    with serving(data, TINY) as (address, _):
        page = opened(open_page(address))
        page.locator(".recipes summary").click()
        for name in ("llm_head", "prompt"):
            page.locator(f".recipe-row[data-classifier={name}] input").uncheck()
        row = page.locator(".recipe-row[data-classifier=bert]")
        row.locator("select").select_option("bert-neftune")
        expect(row.locator("small")).to_contain_text("NEFTune")
        row.locator("input").uncheck()
        expect(page.locator("#retrain-plan")).to_have_text("Choose at least one classifier")
        expect(page.locator("#retrain-button")).to_be_disabled()
        row.locator("input").check()
        expect(page.locator("#retrain-button")).to_have_text("Retrain BERT")
        row.locator("select").select_option("bert")
        settled(page)
        page.evaluate(CHOOSE_AND_PRESS, "bert-neftune")
        expect(page.locator("article.job.succeeded[data-kind=retrain]")).to_be_visible(timeout=TRAINING_MS)
        page.locator(".history summary").click()
        expect(page.locator(".history tbody tr", has_text="BERT v1")).to_contain_text("bert-neftune")
    with sqlite3.connect(data / "triage.db") as connection:
        found = connection.execute("SELECT classifier, recipe FROM version").fetchall()
    recipes = {classifier: json.loads(recipe) for classifier, recipe in found}
    assert set(recipes) == {"retriever", "bert", "reference"}
    assert (recipes["bert"]["preset"], recipes["bert"]["noise"]["neftune_alpha"]) == ("bert-neftune", 5.0)


CHOOSE_AND_PRESS = """(name) => {
  const choice = document.querySelector(".recipe-row[data-classifier=bert] select");
  choice.value = name;
  choice.dispatchEvent(new Event("change"));
  document.querySelector("#retrain-button").click();
}"""
"""Press the button before the server has said what the new choice comes to."""


def keeps_ones_place_in_the_log(page):
    """Scroll up in a log that is longer than its window: later redraws change neither place nor node."""
    card = page.locator("article.job.running[data-kind=retrain]")
    card.locator(".log summary").click()
    log = card.locator(".log pre")
    log.evaluate("(pre) => { pre.style.maxHeight = '30px'; pre.scrollTop = 7; pre.dataset.mine = 'kept'; }")
    share = card.locator("progress")
    before = share.evaluate("(bar) => bar.value")
    page.wait_for_function("(before) => document.querySelector('.job progress').value > before", arg=before)
    assert log.evaluate("(pre) => [pre.scrollTop, pre.dataset.mine]") == [7, "kept"]
