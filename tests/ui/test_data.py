import json
import os
import threading

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from storage.tables import Label, Version
from tests.conftest import write_jsonl
from tests.ui.conftest import ADDRESS
from ui.data import LabelHandlers, StockHandlers
from ui.importing import ImportHandlers
from ui.own_files import OwnFiles
from ui.server import build_app
from ui.uploads import upload_routes
from workflow.errors import BadInput, NotFound, Refused
from workflow.roles import OPERATOR
from workflow.views import QueueFilter, as_json

ROWS = [
    {"编号": "a", "正文": "新的一条产品召回新闻", "标签": ["产品召回"]},
    {"编号": "b", "正文": "新的一条罢工新闻", "标签": ["罢工"]},
    {"编号": "c", "正文": "", "标签": []},
]
COLUMNS = {"text": "正文", "labels": "标签", "external_id": "编号"}


@pytest.fixture
def handlers(desk):
    return ImportHandlers(desk)


@pytest.fixture
def news(tmp_path):
    return write_jsonl(tmp_path / "news.jsonl", ROWS)


def send(web, path):
    """Upload a file as the page does; returns its token."""
    return web.put("/upload", params={"name": path.name}, content=path.read_bytes()).json()["upload"]


def ended(desk):
    """Wait for the imports that run; returns the newest."""
    for thread in threading.enumerate():
        if thread.name.startswith("import "):
            thread.join()
    return desk.background_import.list()[0]


def test_a_look_guesses_the_columns_and_writes_nothing(web, handlers, news, desk):
    preview = handlers.look(OPERATOR, send(web, news))["preview"]
    assert (preview.filename, preview.new_labels, preview.mapping["text"]) == ("news.jsonl", ("罢工",), "正文")
    assert desk.triage.count(QueueFilter(state="")) == 4


def test_another_column_can_be_the_text_and_a_guess_be_taken_back(web, handlers, tmp_path):
    path = write_jsonl(tmp_path / "odd.jsonl", [{"headline": "短标题", "memo": "真正的正文在这里", "source": "快讯"}])
    token = send(web, path)
    (row,) = handlers.look(OPERATOR, token, mapping={"text": "memo", "source": ""})["preview"].rows
    assert (row["text"], row["source"]) == ("真正的正文在这里", "")


def test_a_file_without_a_known_name_for_its_text_still_tells_its_columns(web, handlers, tmp_path):
    """Guards against the dead end that such a file could be looked at by nobody, so that nobody could map it."""
    token = send(web, write_jsonl(tmp_path / "odd.jsonl", [{"memo": "真正的正文在这里", "kind": "x"}]))
    with pytest.raises(BadInput, match="no column that looks like the text"):
        handlers.look(OPERATOR, token)
    assert handlers.columns(OPERATOR, token)["columns"] == ("memo", "kind")


def test_an_import_says_what_became_of_every_row_and_its_file_goes(web, handlers, news, desk):
    token = send(web, news)
    handlers.start(OPERATOR, token, COLUMNS, split="gold")
    last = ended(desk)
    assert (last.status, last.person, last.report["added"], last.report["rejected"]) == ("done", OPERATOR.name, 2, 1)
    assert last.report["splits"] == {"gold": 2}
    assert handlers.state("ben")["imports"] == [last]
    with pytest.raises(NotFound, match="choose it once more"):
        handlers.look(OPERATOR, token)


def test_the_rejects_can_be_fetched_by_a_name_that_nobody_guesses(web, handlers, news, desk):
    handlers.start(OPERATOR, send(web, news), COLUMNS)
    name = ended(desk).report["rejects"]
    assert len(name) > len("rejects-1-.jsonl") + 15
    assert "no text" in web.get(f"/download/rejects/{name}").text


def test_the_rejects_give_their_reasons_in_the_language_of_whoever_imports(web, handlers, news, desk):
    handlers.start(OPERATOR, send(web, news), COLUMNS, language="zh")
    assert "没有正文" in web.get(f"/download/rejects/{ended(desk).report['rejects']}").text


def test_what_is_no_rejects_file_is_not_sent(web, desk):
    (desk.data / "exports").mkdir(exist_ok=True)
    (desk.data / "exports" / "other.csv").write_text("secret", encoding="utf-8")
    assert web.get("/download/rejects/other.csv").status_code == 404


def test_rejects_are_for_those_who_are_signed_in(web, handlers, news, desk):
    handlers.start(OPERATOR, send(web, news), COLUMNS)
    name = ended(desk).report["rejects"]
    desk.people.add("ann", "correct horse battery")
    with TestClient(build_app(desk), base_url=ADDRESS) as stranger:
        assert stranger.get(f"/download/rejects/{name}").status_code == 401
        assert stranger.put("/upload", params={"name": "a.csv"}, content=b"text").status_code == 401


def test_a_file_that_is_no_table_is_one_sentence(web, handlers, tmp_path):
    photo = tmp_path / "photo.csv"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with pytest.raises(BadInput, match=r"photo\.csv"):
        handlers.look(OPERATOR, send(web, photo))


def test_a_file_taken_away_is_gone(web, handlers, news):
    token = send(web, news)
    handlers.forget(OPERATOR, token)
    with pytest.raises(NotFound):
        handlers.look(OPERATOR, token)


@pytest.mark.parametrize("token", ["", "..", "../../triage.db", "f" * 31, "F" * 32])
def test_a_token_that_no_upload_was_given_finds_nothing(handlers, token):
    with pytest.raises(NotFound):
        handlers.look(OPERATOR, token)
    handlers.forget(OPERATOR, token)
    assert handlers.use_cases.data.is_dir()


@pytest.mark.parametrize("name", ["../../evil.csv", "新闻" * 200 + ".csv", ".csv", "a/b\\c\x00.csv", ""])
def test_an_upload_keeps_an_ordinary_name_in_its_own_folder(tmp_path, name):
    _, path = OwnFiles.of(tmp_path, "ann").add(name)
    path.write_bytes(b"text")
    assert path.parent.parent == OwnFiles.of(tmp_path, "ann").folder


def test_an_upload_that_is_too_large_leaves_nothing(tmp_path):
    app = FastAPI()
    app.include_router(upload_routes(tmp_path, largest=1000))

    async def let_in(scope, receive, send):
        await app(scope | {"actor": OPERATOR}, receive, send)

    answer = TestClient(let_in).put("/upload", params={"name": "a.csv"}, content=b"x" * 1001)
    assert (answer.status_code, list(OwnFiles.of(tmp_path, OPERATOR.name).folder.iterdir())) == (413, [])
    assert "MB" in answer.json()["error"]


def test_an_upload_is_kept_for_a_day(tmp_path):
    uploads = OwnFiles.of(tmp_path, "ann")
    (old, path), (young, other) = uploads.add("old.csv"), uploads.add("young.csv")
    path.touch()
    other.touch()
    os.utime(path.parent, (0, 0))
    uploads.add("third.csv")
    assert uploads.find(young) == other
    with pytest.raises(NotFound):
        uploads.find(old)


def test_the_sample_can_be_removed_while_it_is_there(handlers, desk):
    assert handlers.state(OPERATOR)["sample"] is None
    desk.importing.load_sample()
    counts = handlers.state(OPERATOR)["sample"]
    assert counts["items"] > 2000
    assert counts["labels"] > 50
    removed = handlers.remove_sample(OPERATOR)["removed"]
    assert (removed["items"], removed["labels"]) == (counts["items"], counts["labels"])
    assert handlers.state(OPERATOR)["sample"] is None


def test_a_label_is_added_changed_archived_and_brought_back(desk):
    labels = LabelHandlers(desk)
    added = labels.add(OPERATOR, "罢工", "员工停工", "公司")["label"]
    changed = labels.change(OPERATOR, added.id, "罢工停产", "停工", "劳资")["label"]
    assert (changed.name, changed.description, changed.group) == ("罢工停产", "停工", "劳资")
    labels.archive(OPERATOR, added.id)
    assert added.id not in {label.id for label in labels.table(OPERATOR)["labels"]}
    assert added.id in {label.id for label in labels.table(OPERATOR, include_archived=True)["labels"]}
    labels.restore(OPERATOR, added.id)
    assert added.id in {label.id for label in labels.table(OPERATOR)["labels"]}


def test_the_table_says_how_well_each_classifier_finds_a_label_and_how_its_name_sounds(desk):
    with desk.database.write() as session:
        version = session.get(Version, 1)
        measured = {"f1": 0.75, "support": 4, "precision": 0.7, "recall": 0.8}
        version.metrics = {"per_label": {"产品召回": measured, "股权质押": measured | {"f1": None, "support": 0}}}
        # A label that was renamed since is still the one that was measured.
        session.get(Label, 1).name = "召回"
    table = LabelHandlers(desk).table(OPERATOR)
    assert json.loads(json.dumps(as_json(table["scores"])))["bert"] == {"1": {"f1": 0.75, "support": 4}}
    assert table["classifiers"] == ["bert", "llm_head", "prompt"]
    assert table["pinyin"]["召回"].startswith("zhaohui")


def test_a_taken_name_changes_nothing(desk):
    labels = LabelHandlers(desk)
    first = next(label for label in labels.table(OPERATOR)["labels"] if label.name == "产品召回")
    with pytest.raises(Refused):
        labels.change(OPERATOR, first.id, "股权质押", "other words", "other group")
    assert next(label for label in labels.table(OPERATOR)["labels"] if label.id == first.id) == first


def test_the_stock_counts_items(desk):
    assert StockHandlers(desk).stock(OPERATOR)["stock"]["items"]["total"] == 4
