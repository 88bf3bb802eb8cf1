"""The data tab in a real browser: files in, the sample out, labels kept in order; proven by the database."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from classifier.profiles import PROFILES
from tests.browser.conftest import command, serving
from tests.browser.histories import going_on, write_down
from tests.conftest import labelled_rows, write_jsonl
from workflow.use_cases import build

pytestmark = pytest.mark.timeout(600)
DROP = """([zone, name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    for (const kind of ["dragover", "drop"])
        document.querySelector(zone).dispatchEvent(
            new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A data folder with 60 labelled items and the sample."""
    folder = tmp_path_factory.mktemp("desk")
    command("import", write_jsonl(folder / "first.jsonl", labelled_rows(60)), "--data", folder / "data")
    cases = build(folder / "data", None, PROFILES["starter"])
    cases.importing.load_sample()
    cases.database.close()
    return folder / "data"


@pytest.fixture(scope="module")
def server(desk):
    with serving(desk) as (address, _):
        yield address


@pytest.fixture
def data_tab(server, open_page):
    page = open_page(server)
    page.get_by_role("tab", name="Data").click()
    expect(page.locator(".nt-labels tbody tr[data-label]").first).to_be_visible()
    expect(page.locator(".nt-exports dd").first).to_be_visible()
    return page


def query(data, statement, *values):
    with sqlite3.connect(data / "triage.db", timeout=60) as connection:
        return connection.execute(statement, values).fetchall()


def choose(page, path):
    page.locator("#import-file input[type=file]").set_input_files(path)
    expect(page.locator(".nt-preview")).to_be_visible()


def test_a_file_is_looked_at_imported_and_its_rejects_taken_away(data_tab, desk, tmp_path):
    rows = [
        {"news": f"晨间消息第{n}条，内容各不相同{n**3}", "kind": "股权质押" if n % 2 else "全新标签"} for n in range(6)
    ]
    path = write_jsonl(tmp_path / "morning.jsonl", [*rows, {"news": "", "kind": "股权质押"}])
    choose(data_tab, path)
    panel = data_tab.locator("#view-importing")
    expect(panel).to_contain_text("JSONL, UTF-8")
    expect(panel.locator(".left-out")).to_contain_text("kind")
    panel.get_by_label("Labels", exact=True).select_option("kind")
    expect(panel.locator(".nt-preview .chips")).to_contain_text("全新标签")
    panel.get_by_label("Where labelled rows go").select_option("gold")
    panel.get_by_label("Remove the sample first").uncheck()
    assert query(desk, "SELECT count(*) FROM item WHERE text LIKE '晨间消息%'") == [(0,)]
    panel.get_by_role("button", name="Import", exact=True).click()
    expect(panel.locator(".notice.good")).to_contain_text("morning.jsonl")
    assert query(desk, "SELECT split, count(*) FROM item WHERE text LIKE '晨间消息%' GROUP BY 1") == [("gold", 6)]
    with data_tab.expect_download() as download:
        panel.locator(".report").get_by_role("link", name="rejected rows").click()
    assert json.loads(download.value.path().read_text("utf-8"))["reason"] == "no text"
    data_tab.reload()
    data_tab.get_by_role("tab", name="Data").click()
    expect(panel.locator(".notice.good")).to_contain_text("6 new items from 7 rows")
    panel.get_by_role("button", name="Put away").click()
    expect(panel.locator(".notice.good")).to_have_count(0)


def test_a_dropped_file_whose_text_has_no_known_name_is_mapped_by_hand(data_tab, desk):
    rows = "".join(
        json.dumps({"memo": f"午间消息第{n}条，另一件事{n**3}"}, ensure_ascii=False) + "\n" for n in range(3)
    )
    data_tab.evaluate(DROP, [".nt-importing h2", "noon.jsonl", rows])
    panel = data_tab.locator("#view-importing")
    expect(panel.locator(".notice.warn")).to_contain_text("no column that looks like the text")
    expect(panel.locator("#import-start")).to_be_disabled()
    panel.get_by_label("Text", exact=True).select_option("memo")
    expect(panel.locator(".nt-preview")).to_contain_text("午间消息第0条")
    panel.get_by_label("Remove the sample first").uncheck()
    panel.locator("#import-start").click()
    expect(panel.locator(".notice.good")).to_contain_text("noon.jsonl")
    assert query(desk, "SELECT count(*) FROM item WHERE text LIKE '午间消息%'") == [(3,)]


def test_a_file_dropped_elsewhere_does_not_replace_the_page(data_tab):
    data_tab.evaluate(DROP, [".nt-labels", "lost.jsonl", "{}"])
    expect(data_tab.locator("#import-file")).to_be_visible()


def test_a_file_that_is_no_table_is_one_sentence(data_tab, tmp_path):
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    data_tab.locator("#import-file input[type=file]").set_input_files(tmp_path / "photo.csv")
    expect(data_tab.locator("#view-importing > * .status.bad")).to_contain_text("photo.csv is no table")
    expect(data_tab.locator("#import-file")).to_be_visible()


def test_an_import_is_seen_in_every_tab_until_it_ends_or_is_cut_off(data_tab, server, open_page, desk):
    """The row is written as another process would, so that the test decides how far the import is."""
    counts = {"rows": 4000, "total": 10_000, "added": 3900}
    started = datetime.now(UTC) - timedelta(minutes=1)
    with sqlite3.connect(desk / "triage.db", timeout=60) as connection:
        values = ("archive.csv", "lin", started.strftime("%Y-%m-%d %H:%M:%S.%f"), json.dumps(counts))
        connection.execute("INSERT INTO import (filename, person, started_at, counts) VALUES (?, ?, ?, ?)", values)
    second = open_page(server)
    second.get_by_role("tab", name="Data").click()
    with going_on(desk, counts):
        for page in (data_tab, second):
            panel = page.locator("#view-importing")
            expect(panel.locator(".progress-card")).to_contain_text("Importing archive.csv for lin")
            expect(panel.locator(".progress-card")).to_contain_text("4,000 of 10,000 rows, 3,900 new items")
            expect(panel.get_by_role("progressbar")).to_have_attribute("value", "0.4")
            expect(panel.locator("#import-file")).to_have_count(0)
    write_down(desk, counts | {"at": started.isoformat()})
    for page in (data_tab, second):
        notice = page.locator("#view-importing .notice.warn")
        expect(notice).to_contain_text("cut off when the app ended, after 4,000 of 10,000 rows")
        expect(notice).to_contain_text("nothing is added twice")
        expect(page.locator("#import-file")).to_be_visible()


def test_labels_are_kept_in_order_by_keyboard_alone(data_tab, desk):
    table, keys = data_tab.locator(".nt-labels"), data_tab.keyboard
    table.get_by_label("Name").focus()
    keys.type("员工罢工潮")
    keys.press("Tab")
    keys.type("劳资")
    keys.press("Enter")
    expect(table.locator(".status.good")).to_contain_text("员工罢工潮")
    table.get_by_role("searchbox").focus()
    keys.type("bagongchao")
    expect(table.locator("tr[data-label]")).to_have_count(1)
    for _ in range(30):
        keys.press("Tab")
        if data_tab.evaluate("document.activeElement.dataset.act") == "edit":
            break
    keys.press("Enter")
    expect(table.locator("tr.editing")).to_be_visible()
    keys.type("工人罢工")
    keys.press("Enter")
    expect(table.locator("tr.editing")).to_have_count(0)
    assert query(desk, "SELECT name, \"group\" FROM label WHERE name LIKE '%人罢工'") == [("工人罢工", "劳资")]


def test_a_label_is_archived_and_taken_back_and_the_focus_stays(data_tab, desk):
    table = data_tab.locator(".nt-labels")
    row = table.locator("tr[data-label='高管减持']")
    row.get_by_role("button", name="Archive").focus()
    data_tab.keyboard.press("Enter")
    expect(row).to_have_count(0)
    assert query(desk, "SELECT archived_at IS NULL FROM label WHERE name = '高管减持'") == [(0,)]
    assert data_tab.evaluate("document.activeElement.dataset.act") == "edit"
    table.get_by_role("button", name="Take back").click()
    expect(row).to_be_visible()
    assert query(desk, "SELECT archived_at IS NULL FROM label WHERE name = '高管减持'") == [(1,)]


def test_labels_are_sorted_by_any_column_and_the_arrows_walk_them(data_tab, desk):
    table = data_tab.locator(".nt-labels")
    table.get_by_role("button", name="Training").click()
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Training")
    most = max(count for (count,) in query(desk, TRAINING))
    expect(table.locator("tr[data-label] td.number").first).to_have_text(str(most))
    names = table.locator("tr[data-label]").evaluate_all("rows => rows.map((row) => row.dataset.label)")
    table.locator("tr[data-label]").first.get_by_role("button", name="Edit").focus()
    data_tab.keyboard.press("ArrowDown")
    data_tab.keyboard.press("ArrowDown")
    assert data_tab.evaluate("document.activeElement.closest('tr').dataset.label") == names[2]
    assert table.locator("[data-act][tabindex='0']").count() == 2


def test_a_label_far_down_is_edited_where_it_stands(data_tab):
    """Guards against a table that jumped to its first row, away from what somebody had just begun to edit."""
    table = data_tab.locator(".nt-labels")
    last = table.locator("tr[data-label]").last
    last.get_by_role("button", name="Edit").click()
    expect(table.locator("tr.editing input").first).to_be_in_viewport()
    expect(table.locator("tr.editing input").first).to_be_focused()
    data_tab.keyboard.press("Escape")
    expect(last.get_by_role("button", name="Edit")).to_be_focused()
    expect(last).to_be_in_viewport()


TRAINING = "SELECT count(*) FROM truth_label JOIN item ON item.id = item_id WHERE split = 'train' GROUP BY label_id"


def test_the_sample_goes_after_a_confirmation_that_says_what_goes(data_tab, desk):
    (items,) = query(desk, "SELECT count(*) FROM item WHERE is_sample")[0]
    data_tab.locator("#remove-sample").click()
    dialog = data_tab.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{items:,} invented items")
    dialog.get_by_role("button", name="Cancel").click()
    assert query(desk, "SELECT count(*) FROM item WHERE is_sample") == [(items,)]
    data_tab.locator("#remove-sample").click()
    dialog.get_by_role("button", name="Remove it").click()
    expect(data_tab.locator("#view-importing > * .status.good")).to_contain_text("The sample is gone")
    expect(data_tab.locator("#remove-sample")).to_have_count(0)
    assert query(desk, "SELECT count(*) FROM item WHERE is_sample") == [(0,)]
    expect(data_tab.locator(".nt-labels tr[data-label='股权质押']")).to_be_visible()
