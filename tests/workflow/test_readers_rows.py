"""Rows that cannot be used are named one by one, and never stop the others."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.bringing import read
from workflow.readers.cells import clean_text, list_companies
from workflow.readers.dates import parse_date
from workflow.readers.survey import choose_separator


def test_bad_lines_of_jsonl_are_rejected_with_line_column_and_reason(tmp_path):
    lines = [
        '{"id": 1, "text": "好", "labels": ["x"]}'.encode(),
        b'{"id": 2, "text":',
        b'{"id": 3, "text": "half \\ud800", "labels": ["x"]}',
        b'{"id": 4, "text": "caf\xe9"}',
        b"[1]",
        b'{"id": 6, "text": "dated", "date": "gestern"}',
        b'{"id": 7, "text": {"deep": 1}}',
        b'{"id": 8, "text": "' + b"a" * 100_001 + b'"}',
        b"[" * 100_000,
        b'{"id": 9, "text": NaN}',
        b'{"id": 10, "text": "  "}',
        b'{"id": 11, "text": "x", "labels": ["' + b"l" * 201 + b'"]}',
        b'{"id": 12, "text": "good too"}',
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    rows, rejected = read(tmp_path / "a.jsonl")
    assert [(row.line, row.text) for row in rows] == [(1, "好"), (13, "good too")]
    assert [line for line, _, _ in rejected] == list(range(2, 13))
    reasons = {line: (column, reason) for line, column, reason in rejected}
    assert reasons[4] == ("text", "characters that cannot be decoded")
    assert reasons[6] == ("date", "not a date: gestern")
    assert reasons[8] == ("text", "100,001 characters, more than 100,000")
    assert reasons[11] == ("text", "no text")
    assert reasons[12][0] == "labels"


def test_a_line_of_many_megabytes_is_rejected_and_the_next_one_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n{"text": "' + "x" * 5_000_000 + '"}\n{"text": "b"}\n')
    rows, rejected = read(tmp_path / "a.jsonl")
    assert [(row.line, row.text) for row in rows] == [(1, "a"), (3, "b")]
    assert rejected == [(2, "", "the line is too long")]


def test_an_open_quote_costs_its_own_line_only(tmp_path):
    text = 'id,text,labels\n1,"good",a\n2,"open,b\n3,good too,a\n4,"two\nlines",b\n5,one,too,many\n6,few\n7,last,\n'
    (tmp_path / "a.csv").write_text(text, "utf-8")
    rows, rejected = read(tmp_path / "a.csv")
    assert [(row.line, row.text) for row in rows] == [(2, "good"), (4, "good too"), (5, "two\nlines"), (9, "last")]
    assert [line for line, _, _ in rejected] == [3, 7, 8]
    assert rejected[1][2] == "4 columns where the header has 3"


def test_an_open_quote_at_the_end_of_a_long_file_loses_nothing_else(tmp_path):
    lines = [f"{number},text {number}" for number in range(1_500)]
    lines[700] = '700,"never closed'
    (tmp_path / "a.csv").write_text("id,text\n" + "\n".join(lines), "utf-8")
    rows, rejected = read(tmp_path / "a.csv")
    assert len(rows) == 1_499
    assert rejected == [(702, "", "a quote is opened and never closed")]


def test_a_broken_element_of_a_json_array_is_skipped(tmp_path):
    text = '[\n{"text": "a"},\n{"text": "b" "labels": 1},\n{"text": "c"},\n5,\n{"text": "d"}\n'
    (tmp_path / "a.json").write_text(text)
    rows, rejected = read(tmp_path / "a.json")
    assert [(row.line, row.text) for row in rows] == [(2, "a"), (4, "c"), (6, "d")]
    assert [line for line, _, _ in rejected] == [3, 5, 7]


def test_empty_lists_mean_unknown_in_a_file_without_any_label(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "labels": []}\n{"text": "b", "labels": []}\n')
    assert [row.labels for row in read(tmp_path / "a.jsonl")[0]] == [None, None]


def test_empty_lists_mean_none_applies_in_a_labelled_file(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "labels": []}\n{"text": "b", "labels": ["x"]}\n{"text": "c"}\n')
    assert [row.labels for row in read(tmp_path / "a.jsonl")[0]] == [(), ("x",), None]


def test_labels_of_a_list_are_never_split(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "labels": ["A, B|C", "D"]}\n')
    assert read(tmp_path / "a.jsonl")[0][0].labels == ("A, B|C", "D")


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["a|b", "a", "b"], "|"),
        (["a|b"], "|"),
        (["a|b", "a|b"], "|"),
        (["辞/离职、裁员", "裁员"], "、"),
        (["Mergers, Acquisitions", "Mergers, Acquisitions", "Earnings"], ""),
        (["Mergers, Acquisitions|Earnings", "Mergers, Acquisitions", "Earnings"], "|"),
        (["Earnings;Recall", "Mergers, Acquisitions;Recall", "Recall"], ";"),
        (["a,b", "b,c", "a"], ","),
        (["a", "b"], ""),
    ],
)
def test_separator_is_one_that_joins_labels_seen_elsewhere(cells, separator):
    assert choose_separator(Counter(cells)) == separator


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-03-05", datetime(2026, 3, 5, tzinfo=UTC)),
        ("2026-03-05T08:00:00+08:00", datetime(2026, 3, 5, tzinfo=UTC)),
        ("2026/3/5 14:30", datetime(2026, 3, 5, 14, 30, tzinfo=UTC)),
        ("2026年3月5日", datetime(2026, 3, 5, tzinfo=UTC)),
        ("20260305", datetime(2026, 3, 5, tzinfo=UTC)),
        ("26-FEB-1987 15:01:01.79", datetime(1987, 2, 26, 15, 1, 1, tzinfo=UTC)),
        ("27-MAR-1987 08:45:34.42C G T M", datetime(1987, 3, 27, 8, 45, 34, tzinfo=UTC)),
        ("Thu, 05 Mar 2026 10:00:00 +0100", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        (1772668800, datetime(2026, 3, 5, tzinfo=UTC)),
        ("1772668800000", datetime(2026, 3, 5, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_as_papers_write_them(written, read_as):
    assert parse_date(written) == read_as


@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_anything_is_a_date_none_or_a_value_error(value):
    try:
        moment = parse_date(value)
    except ValueError:
        return
    assert moment is None or moment.tzinfo is UTC


@given(st.text())
def test_clean_text_can_always_be_stored(value):
    try:
        text = clean_text(value)
    except ValueError:
        return
    text.encode("utf-8")
    assert not set(text) & set("\x00\x1b\x7f\r")


def test_the_comma_before_inc_separates_no_companies():
    assert list_companies("Acme, Inc., Bolt Co., Ltd.;Corda", None) == ("Acme, Inc.", "Bolt Co., Ltd.", "Corda")
