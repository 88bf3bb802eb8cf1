"""What people said and what classifiers learn from leaves as JSONL or CSV, and comes back in."""

import csv
import io
import json
from uuid import uuid4

import pytest

from storage.database import Database, sqlite_url
from tests.workflow.bringing import labels_of, write_jsonl
from workflow.annotating import Said, annotate, undo
from workflow.csv_safe import safe_cell
from workflow.errors import BadInput
from workflow.exporting import Exporting, join_names
from workflow.importing import Importing


def exported(write, form):
    stream = io.StringIO(newline="")
    count = write(form, stream)
    stream.seek(0)
    rows = list(csv.DictReader(stream)) if form == "csv" else [json.loads(line) for line in stream]
    assert len(rows) == count
    return rows


def say(database, item_id, kind="submitted", labels=()):
    with database.write() as session:
        annotate(session, Said(item_id=item_id, kind=kind, labels=tuple(labels), person="李", token=uuid4().hex))


def test_annotations_tell_labels_before_and_after(desk):
    say(desk, 1, labels=["产品召回"])
    say(desk, 1, labels=["股权质押", "业绩预告"])
    with desk.write() as session:
        undo(session, "李")
    say(desk, 2, kind="skipped")
    rows = exported(Exporting(desk).annotations, "jsonl")
    assert [row["kind"] for row in rows] == ["submitted", "submitted", "undone", "skipped"]
    assert [row["labels_before"] for row in rows] == [None, ["产品召回"], ["业绩预告", "股权质押"], None]
    assert [row["labels_after"] for row in rows][1:] == [["业绩预告", "股权质押"], ["产品召回"], None]
    assert {row["person"] for row in rows} == {"李"}
    assert rows[0]["at"].endswith("+00:00")


def test_annotations_as_csv_have_the_same_rows(desk):
    say(desk, 1, labels=["产品召回", "股权质押"])
    (row,) = exported(Exporting(desk).annotations, "csv")
    assert (row["labels_before"], row["labels_after"], row["text"]) == ("", "产品召回|股权质押", "星河药业召回两批产品")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_training_set_comes_back_as_it_was(desk, tmp_path, form):
    say(desk, 1, labels=["产品召回", "股权质押"])
    say(desk, 5)
    path = tmp_path / f"training.{form}"
    with path.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as stream:
        assert Exporting(desk).training(form, stream) == 2
    other = Database(sqlite_url(tmp_path / "other.db"))
    report = Importing(other, tmp_path).run(path)
    assert (report.added, report.rejected, report.splits) == (2, 0, {"train": 2})
    assert labels_of(other, "星河药业召回两批产品") == ({"产品召回", "股权质押"}, "import")
    assert labels_of(other, "今日市场平稳") == (set(), "import")
    other.close()


def test_no_cell_of_a_csv_is_run(database, tmp_path):
    rows = [{"id": "@x", "text": "=HYPERLINK(1)", "labels": ["+甲"]}, {"text": "好", "labels": ["-a|b"]}]
    Importing(database, tmp_path).run(write_jsonl(tmp_path / "a.jsonl", rows))
    first, second = exported(Exporting(database).training, "csv")
    assert (first["id"], first["text"], first["labels"]) == ("'@x", "'=HYPERLINK(1)", "'+甲")
    assert second["labels"] == '["-a|b"]'


def test_many_rows_are_all_exported_in_order(database, tmp_path):
    rows = [{"id": str(n), "text": f"第{n}条，内容{n**3}", "labels": ["甲"]} for n in range(2_500)]
    Importing(database, tmp_path).run(write_jsonl(tmp_path / "a.jsonl", rows))
    assert [row["id"] for row in exported(Exporting(database).training, "jsonl")] == [str(n) for n in range(2_500)]


def test_an_unknown_form_is_refused(desk):
    with pytest.raises(BadInput, match="no export as xml"):
        Exporting(desk).training("xml", io.StringIO())


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_risky_cells_get_an_apostrophe(cell):
    assert safe_cell(cell) == f"'{cell}"


def test_harmless_cells_and_numbers_stay():
    assert [safe_cell(cell) for cell in ("a=1", "", -1, 0.5, None)] == ["a=1", "", -1, 0.5, None]


def test_joined_labels_say_the_difference_between_none_and_unknown():
    assert [join_names(labels) for labels in (None, [], ["甲", "乙"], ["a,b"])] == ["", "[]", "甲|乙", '["a,b"]']
