"""Files of every form give the same rows; what is no table is refused in one sentence."""

import csv
import json
import os
from datetime import datetime

import openpyxl
import pytest

from tests.workflow.bringing import read
from workflow.errors import BadInput
from workflow.readers import Meter, open_table

ROWS = [
    {"id": "a1", "text": "云岭银行股东质押三成股权", "labels": ["股权质押"], "date": "2026-03-01"},
    {
        "id": "a2",
        "text": "远山科技召回产品，\n并更换总经理",
        "labels": ["产品召回", "高管任命"],
        "date": "2026年3月2日",
    },
    {"id": "a3", "text": "今日市场平稳", "labels": [], "date": ""},
]


def write_csv(path, encoding="utf-8", delimiter=",", joiner="|"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["编号", "正文", "标签", "日期"])
        writer.writerows([r["id"], r["text"], joiner.join(r["labels"]) or "[]", r["date"]] for r in ROWS)


def assert_is_rows(rows):
    assert [row.text for row in rows] == [row["text"] for row in ROWS]
    assert [row.labels for row in rows] == [("股权质押",), ("产品召回", "高管任命"), ()]
    assert [row.external_id for row in rows] == ["a1", "a2", "a3"]
    assert [row.published_at and row.published_at.day for row in rows] == [1, 2, None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_csv_is_read_in_every_encoding(tmp_path, encoding):
    write_csv(tmp_path / "news.csv", encoding)
    rows, rejected = read(tmp_path / "news.csv")
    assert_is_rows(rows)
    assert rejected == []


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("joiner", ["|", "、", ",", "；"])
def test_delimiters_of_columns_and_labels_are_found(tmp_path, delimiter, joiner):
    write_csv(tmp_path / "news.txt", delimiter=delimiter, joiner=joiner)
    assert_is_rows(read(tmp_path / "news.txt")[0])


def test_western_text_is_not_taken_for_chinese(tmp_path):
    path = tmp_path / "news.csv"
    path.write_bytes("id,text\n1,Société Générale posts a loss\n2,It’s a café\n".encode("cp1252"))
    assert [row.text for row in read(path)[0]] == ["Société Générale posts a loss", "It’s a café"]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"meta": {"n": [1]}, "data": rows}])
def test_json_is_read_as_array_and_inside_an_object(tmp_path, indent, wrap):
    (tmp_path / "news.json").write_text(json.dumps(wrap(ROWS), ensure_ascii=False, indent=indent), "utf-8")
    assert_is_rows(read(tmp_path / "news.json")[0])


def test_json_array_larger_than_the_window_keeps_its_line_numbers(tmp_path):
    rows = [{"id": str(number), "text": f"第{number}条新闻" * 20} for number in range(2_000)]
    (tmp_path / "news.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]", "utf-8")
    found, rejected = read(tmp_path / "news.json")
    assert [row.line for row in found] == list(range(2, 2_002))
    assert rejected == []


def test_jsonl_is_known_by_its_content_not_by_its_name(tmp_path):
    (tmp_path / "news.json").write_text("\n".join(json.dumps(row) for row in ROWS), "utf-8")
    assert_is_rows(read(tmp_path / "news.json")[0])


def test_xlsx_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "text", "labels", "date"])
    for row in ROWS:
        date = datetime(2026, 3, int(row["id"][1])) if row["date"] else None
        book.active.append([row["id"], row["text"], "|".join(row["labels"]) or "[]", date])
    book.save(tmp_path / "news.xlsx")
    assert_is_rows(read(tmp_path / "news.xlsx")[0])


def test_ccks_event_tags_give_labels_and_companies(tmp_path):
    tags = [{"eventType": "股权质押", "eventCompany": "甲公司"}, {"eventType": "股权质押", "eventCompany": "乙公司"}]
    line = json.dumps({"textId": 7, "text": "甲乙两公司质押股权", "eventTags": tags}, ensure_ascii=False)
    (tmp_path / "ccks.json").write_text(line, "utf-8")
    (row,), _ = read(tmp_path / "ccks.json")
    assert (row.external_id, row.labels, row.companies) == ("7", ("股权质押",), ("甲公司", "乙公司"))


def test_title_is_put_before_a_text_that_does_not_begin_with_it(tmp_path):
    (tmp_path / "a.csv").write_text("title,content\n头条,正文在此\n头条,头条 正文\n", "utf-8")
    assert [row.text for row in read(tmp_path / "a.csv")[0]] == ["头条\n正文在此", "头条 正文"]


def test_commas_mean_nothing_in_a_file_of_one_column(tmp_path):
    (tmp_path / "a.csv").write_text("text\nProfit rises, shares fall\n", "utf-8")
    assert read(tmp_path / "a.csv")[0][0].text == "Profit rises, shares fall"


def test_meter_reaches_the_end(tmp_path):
    write_csv(tmp_path / "news.csv")
    meter = Meter()
    list(open_table(tmp_path / "news.csv").records(meter))
    assert meter.share == 1.0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0" + os.urandom(4_000), "looks like a picture"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "looks like a picture"),
        (b"id,text\n", "holds no rows"),
        (b"This is prose.\nNothing else.\n", "no column that looks like the text"),
        (b"[1, 2, 3]", "holds no rows"),
        (b"[" + b"1, " * 1_000_000 + b"1]", "no list of JSON objects"),
        (b'{"a": 1}\n{"b": 2}', "no column that looks like the text"),
        ((",".join(f"c{n}" for n in range(3_000)) + "\n1\n").encode(), "more than 2,000 columns"),
    ],
)
def test_what_is_no_table_of_texts_is_refused_in_one_sentence(tmp_path, content, says):
    (tmp_path / "news.csv").write_bytes(content)
    with pytest.raises(BadInput, match=says) as refused:
        read(tmp_path / "news.csv")
    assert "\n" not in str(refused.value)


def test_folders_pipes_and_missing_files_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, says in ((tmp_path, "folder"), (tmp_path / "pipe", "ordinary"), (tmp_path / "none", "no file")):
        with pytest.raises(BadInput, match=says):
            open_table(path)


def test_a_bomb_in_a_workbook_is_refused_before_it_unpacks(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b" " * (60 << 20))
    with pytest.raises(BadInput, match="unpacks to"):
        open_table(tmp_path / "bomb.xlsx")


def test_a_wrong_mapping_names_what_is_wrong(tmp_path):
    write_csv(tmp_path / "news.csv")
    with pytest.raises(BadInput, match="no column Text"):
        read(tmp_path / "news.csv", {"text": "Text"})
    with pytest.raises(BadInput, match="no encoding called klingon"):
        read(tmp_path / "news.csv", encoding="klingon")
    rows, _ = read(tmp_path / "news.csv", {"text": "编号", "labels": ""})
    assert [(row.text, row.labels) for row in rows] == [("a1", None), ("a2", None), ("a3", None)]
