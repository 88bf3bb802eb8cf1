"""While a model is being loaded the page says so where its answer will stand, and the answer comes by itself."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import command, rows, serving
from tests.browser.rooms import go_to, settled
from tests.conftest import labelled_rows, write_jsonl

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SLOW_DISK = ("-m", "tests.browser.slow_disk")
TEXT = "海澜科技：控股股东办理了股权质押"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A desk on which bert and prompt were trained, and have spoken of everything."""
    folder = tmp_path_factory.mktemp("loading")
    command("import", write_jsonl(folder / "news.jsonl", labelled_rows(160)), "--data", folder / "data")
    command("retrain", "bert", "prompt", "--wait", "--data", folder / "data")
    command("predict", "--data", folder / "data")
    return folder / "data"


def test_a_pasted_text_an_item_asked_again_and_a_trial_wait_for_a_model_that_is_being_loaded(
    data, tmp_path, open_page, monkeypatch
):
    is_read = tmp_path / "read"
    monkeypatch.setenv("DISK_IS_READ", str(is_read))
    [(item_id,)] = rows(data, "SELECT id FROM item ORDER BY id LIMIT 1")
    with serving(data, SLOW_DISK) as (address, _):
        pasted = classified(open_page(address))
        item = asked_again(open_page(f"{address}/?lang=zh&item={item_id}"))
        tried = tried_on(open_page(address), item_id)

        bert, _, prompt = pasted.locator(".matrix-head .column").all()
        expect(bert).to_contain_text("v1")
        expect(prompt.locator("small")).to_have_text("loading…")
        expect(prompt.locator("progress")).to_be_visible()
        expect(item.locator(".matrix-head .column").nth(2)).to_contain_text("加载中…")
        expect(tried.locator("p.status")).to_have_text("Version 1 of prompt is being loaded.")
        is_read.touch()

        expect(prompt).to_contain_text("v1")
        expect(prompt.locator("progress")).to_have_count(0)
        expect(item.locator(".status")).to_have_text("大模型已重新作答。")
        expect(item.locator(".matrix-head .column").nth(2)).not_to_contain_text("加载中")
        expect(tried.locator(".prompt-outcome dd").first).not_to_be_empty()
        expect(tried.locator("p.status")).to_be_empty()


def classified(page):
    settled(page)
    page.keyboard.press("p")
    page.locator(".paste textarea").fill(TEXT)
    page.locator(".paste button.primary").click()
    expect(page.locator(".desk[data-state=pasted]")).to_be_visible()
    return page


def asked_again(page):
    settled(page)
    page.locator("section.similar header button").click()
    return page


def tried_on(page, item_id):
    settled(page)
    go_to(page, "retrain")
    view = page.locator("#view-prompts")
    view.locator("summary").first.click()
    view.get_by_label("Item number").fill(str(item_id))
    view.get_by_role("button", name="Try it").click()
    return view
