"""The analyst's whole job in a real browser: bring items in, correct, retrain, take the disagreements away."""

import json
import re

import pandas
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TINY, command, rows, serving
from tests.conftest import labelled_rows, write_jsonl

pytestmark = pytest.mark.timeout(900)
TRAINING_MS = 600_000
FIRST_START_MS = 800_000
"""The bar is four minutes on two calm cores; `benchmarks/first_start.py` measures it, a test only waits."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A data folder with a queue, 120 labelled items, and a first version of each classifier."""
    folder = tmp_path_factory.mktemp("trained")
    command("import", write_jsonl(folder / "first.jsonl", labelled_rows(120)), "--data", folder / "data")
    command("import", write_jsonl(folder / "queue.jsonl", unlabelled_rows("晨报", seed=4)), "--data", folder / "data")
    command("retrain", "--wait", "--data", folder / "data")
    command("predict", "--data", folder / "data")
    return folder / "data"


@pytest.fixture(scope="module")
def server(trained):
    with serving(trained, TINY) as (address, _):
        yield address


def unlabelled_rows(source, seed):
    texts = [f"{row['text']}（{source}）" for row in labelled_rows(12, seed)]
    return [{"id": f"{source}-{number}", "text": text, "source": source} for number, text in enumerate(texts)]


def go_to(page, tab):
    page.get_by_role("tab", name=tab).click()


def import_file(page, path):
    go_to(page, "Data")
    page.locator("#import-file input[type=file]").set_input_files(path)
    expect(page.locator("#view-importing .file-head")).to_contain_text(path.name)
    page.locator("#import-start").click()
    expect(page.locator("#view-importing .notice.good")).to_contain_text(path.name)


def expect_three_classifiers(page, timeout=TRAINING_MS):
    heads = page.locator(".matrix-head .column")
    expect(heads).to_have_count(3)
    expect(page.locator(".matrix-head .column.silent")).to_have_count(0, timeout=timeout)
    expect(page.locator(".neighbours li").first).to_be_visible()


def test_the_whole_walk(server, trained, open_page, tmp_path):
    page = open_page(server)
    import_file(page, write_jsonl(tmp_path / "evening.jsonl", unlabelled_rows("晚报", seed=5)))
    assert rows(trained, "SELECT count(*) FROM item WHERE source = '晚报'") == [(12,)]
    go_to(page, "Triage")
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    expect_three_classifiers(page)
    item, chosen = correct_by_keyboard(page)
    ((kind, labels, person),) = rows(trained, "SELECT kind, labels, person FROM annotation WHERE item_id = ?", item)
    assert (kind, sorted(json.loads(labels)), person) == ("submitted", chosen, "analyst")
    truth = "SELECT name FROM truth_label JOIN label ON label.id = label_id WHERE item_id = ?"
    assert sorted(name for (name,) in rows(trained, truth, item)) == chosen

    before = live_versions(trained)
    retrain_with_one_click(page)
    after = live_versions(trained)
    assert any(after[name] > before[name] for name in ("bert", "llm_head", "prompt"))

    go_to(page, "Disagreements")
    table = download_disagreements(page)
    assert table.set_index("id").loc[item, "annotator"] == "analyst"
    assert {"bert_labels", "llm_head_labels", "prompt_labels", "kind", "band", "neighbours"} <= set(table.columns)


def correct_by_keyboard(page):
    """Find a label, toggle the first row, save; returns the item and the labels that the page showed as chosen."""
    item = int(re.search(r"item=(\d+)", page.url)[1])
    page.keyboard.press("/")
    page.keyboard.type("recall")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    tick = page.locator(".matrix-row[data-label] .tick").first
    before = tick.get_attribute("aria-checked")
    page.keyboard.press("1")
    expect(tick).not_to_have_attribute("aria-checked", before)
    ticked = page.locator(".matrix-row[data-label]:has(.tick[aria-checked=true])")
    chosen = sorted(ticked.nth(index).get_attribute("data-label") for index in range(ticked.count()))
    page.keyboard.press("Enter")
    expect(page.locator(".status.good")).to_be_visible()
    return item, chosen


def live_versions(data):
    return dict(rows(data, "SELECT classifier, number FROM version WHERE status = 'live'"))


def retrain_with_one_click(page):
    go_to(page, "Retrain")
    page.locator("#retrain-button").click()
    expect(page.locator("#retrain-button")).to_be_disabled()
    expect(page.locator("article.job.running[data-kind=retrain]")).to_be_visible()
    expect(page.locator("#retrain-button")).to_be_enabled(timeout=TRAINING_MS)
    expect(page.locator("article.job.running, article.job.queued")).to_have_count(0, timeout=TRAINING_MS)
    expect(page.locator("article.job.failed")).to_have_count(0)


def download_disagreements(page):
    """Download what the table shows; returns it as pandas reads it, after comparing the number of rows."""
    status = page.locator("#view-disagreements .top .status")
    expect(status).to_have_text(re.compile(r"\d"))
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    table = pandas.read_csv(download.value.path(), encoding="utf-8-sig")
    assert len(table) == int(re.sub(r"\D", "", status.inner_text()))
    return table


def test_a_neighbour_is_corrected_and_the_llm_asked_again(server, trained, open_page):
    page = open_page(server)
    expect_three_classifiers(page)
    item = int(re.search(r"item=(\d+)", page.url)[1])
    expect(page.locator(".neighbours li.in-prompt .badge").first).to_be_visible()
    page.locator(".neighbours li button.open").first.click()
    expect(page).not_to_have_url(re.compile(f"item={item}$"))
    neighbour = int(re.search(r"item=(\d+)", page.url)[1])
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"item={item}$"))
    expect(page.locator(".status.good")).to_be_visible()
    assert rows(trained, "SELECT person FROM truth WHERE item_id = ?", neighbour) == [("analyst",)]

    asked = "SELECT predicted_at FROM prediction JOIN version ON version.id = version_id AND status = 'live'"
    asked += " WHERE item_id = ? AND classifier = 'prompt'"
    before = rows(trained, asked, item)
    page.locator(".similar header button").click()
    expect(page.locator(".status.good")).to_have_text(re.compile("again"))
    assert rows(trained, asked, item) > before
    expect(page).to_have_url(re.compile(f"item={item}$"))


def test_keys_are_silent_while_somebody_types(server, trained, open_page):
    page = open_page(server)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    before = rows(trained, "SELECT count(*) FROM annotation")
    page.locator("input.note").click()
    page.keyboard.type("s1fz")
    page.wait_for_timeout(500)
    assert page.locator("input.note").input_value() == "s1fz"
    assert rows(trained, "SELECT count(*) FROM annotation") == before


def test_a_skip_is_stored_and_undone_by_keys(server, trained, open_page):
    page = open_page(server)
    expect(page.locator(".desk[data-state=item]")).to_be_visible()
    item = int(re.search(r"item=(\d+)", page.url)[1])
    page.keyboard.press("s")
    expect(page).not_to_have_url(re.compile(f"item={item}$"))
    expect(page.locator(".status.good")).to_be_visible()
    assert rows(trained, "SELECT state FROM standing WHERE item_id = ?", item) == [("skipped",)]
    page.keyboard.press("z")
    expect(page).to_have_url(re.compile(f"item={item}$"))
    assert rows(trained, "SELECT state FROM standing WHERE item_id = ?", item) == [("open",)]


def test_a_pasted_text_is_classified_and_not_stored(server, trained, open_page):
    page = open_page(server)
    expect(page.locator(".desk")).to_be_visible()
    before = rows(trained, "SELECT count(*) FROM item")
    page.keyboard.press("p")
    page.locator(".paste textarea").fill("控股股东办理了股权质押，公告称。")
    page.locator(".paste button.primary").click()
    expect(page.locator(".desk[data-state=pasted]")).to_be_visible(timeout=TRAINING_MS)
    expect_three_classifiers(page)
    assert rows(trained, "SELECT count(*) FROM item") == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["Triage", "Disagreements", "Retrain", "Data"])
def test_a_narrow_page_never_scrolls_sideways(server, open_page, scheme, tab):
    page = open_page(server, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    expect(page.locator(".desk")).to_be_visible()
    go_to_narrow(page, tab)
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    darkness = [int(part) < 80 for part in re.findall(r"\d+", background)[:3]]
    assert all(darkness) == (scheme == "dark")


def go_to_narrow(page, tab):
    # Gradio folds the tabs that do not fit into a menu.
    target = page.get_by_role("tab", name=tab)
    if not target.is_visible():
        page.locator(".overflow-menu > button").click()
        target = page.locator(".overflow-dropdown button", has_text=tab)
    target.click()


def test_the_page_speaks_chinese_when_asked(server, open_page):
    page = open_page(f"{server}/?lang=zh")
    expect(page.get_by_role("tab").first).to_have_text(re.compile("[\u4e00-\u9fff]"))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_first_start_fills_everything_and_the_second_trains_nothing(open_page, tmp_path):
    with serving(tmp_path / "data") as (address, _):
        page = open_page(address)
        expect(page.locator(".desk[data-state=item]")).to_be_visible(timeout=60_000)
        expect_three_classifiers(page, timeout=FIRST_START_MS)
        expect(page.locator(".matrix-row[data-label]").first).to_be_visible()
    live = rows(tmp_path / "data", "SELECT count(*) FROM version WHERE status = 'live' AND classifier != 'reference'")
    assert live == [(4,)]
    with serving(tmp_path / "data") as (address, _):
        page = open_page(address)
        expect_three_classifiers(page)
    assert rows(tmp_path / "data", "SELECT count(*) FROM job WHERE kind = 'retrain'") == [(1,)]
