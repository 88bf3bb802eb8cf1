import gradio as gr
import pytest

from tests.conftest import write_jsonl
from ui.data import LabelHandlers, StockHandlers
from ui.importing import FIELDS, ImportHandlers
from workflow.errors import Refused

ROWS = [
    {"编号": "a", "正文": "新的一条产品召回新闻", "标签": ["产品召回"]},
    {"编号": "b", "正文": "新的一条罢工新闻", "标签": ["罢工"]},
    {"编号": "c", "正文": "", "标签": []},
]


@pytest.fixture
def handlers(desk):
    return ImportHandlers(desk)


@pytest.fixture
def file(tmp_path):
    return str(write_jsonl(tmp_path / "news.jsonl", ROWS))


def columns(**named):
    return [named.get(name, "") for name in FIELDS]


def bring_in(handlers, file, *chosen, split="", remove_sample=False):
    return handlers.bring_in(file, split, remove_sample, None, lambda *_, **__: None, *chosen)


def test_a_look_guesses_the_columns_and_writes_nothing(handlers, file, desk):
    preview, choices, _, *guessed = handlers.look(file)
    assert preview["new_labels"] == ["罢工"]
    assert choices["visible"]
    assert {name: update["value"] for name, update in zip(FIELDS, guessed, strict=True)}["text"] == "正文"
    assert desk.triage.count(desk_filter()) == 4


def desk_filter():
    from workflow.views import QueueFilter

    return QueueFilter(state="")


def test_another_column_can_be_the_text(handlers, tmp_path):
    path = write_jsonl(tmp_path / "odd.jsonl", [{"headline": "短标题", "memo": "真正的正文在这里"}])
    assert handlers.look_again(str(path), *columns(text="memo"))["rows"][0]["text"] == "真正的正文在这里"


def test_an_import_says_what_became_of_every_row(handlers, file, desk):
    report, *_ = bring_in(handlers, file, *columns(text="正文", labels="标签", external_id="编号"), split="gold")
    assert (report["added"], report["rejected"], report["splits"]) == (2, 1, {"gold": 2})
    assert (desk.data / "exports" / report["rejects"]).is_file()


def test_the_rejects_can_be_fetched(web, handlers, file):
    report, *_ = bring_in(handlers, file, *columns(text="正文", labels="标签"))
    assert "no text" in web.get(f"/download/rejects/{report['rejects']}").text


def test_a_file_that_is_no_table_is_one_sentence(handlers, tmp_path):
    photo = tmp_path / "photo.csv"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with pytest.raises(gr.Error, match=r"photo\.csv"):
        handlers.look(str(photo))


def test_a_file_taken_away_hides_the_choices(handlers):
    preview, choices, *_ = handlers.look(None)
    assert (preview, choices["visible"]) == ({}, False)


def test_a_label_is_added_changed_archived_and_brought_back(desk):
    labels = LabelHandlers(desk)
    added = labels.add("ann", "罢工", "员工停工", "公司")["label"]
    changed = labels.change("ann", added.id, "罢工停产", "停工", "劳资")["label"]
    assert (changed.name, changed.description, changed.group) == ("罢工停产", "停工", "劳资")
    labels.archive("ann", added.id)
    assert added.id not in {label.id for label in labels.table("ann")["labels"]}
    assert added.id in {label.id for label in labels.table("ann", include_archived=True)["labels"]}
    labels.restore("ann", added.id)
    assert added.id in {label.id for label in labels.table("ann")["labels"]}


def test_a_taken_name_changes_nothing(desk):
    labels = LabelHandlers(desk)
    first = next(label for label in labels.table("ann")["labels"] if label.name == "产品召回")
    with pytest.raises(Refused):
        labels.change("ann", first.id, "股权质押", "other words", "other group")
    assert next(label for label in labels.table("ann")["labels"] if label.id == first.id) == first


def test_the_stock_counts_items(desk):
    assert StockHandlers(desk).stock("ann")["stock"]["items"]["total"] == 4
