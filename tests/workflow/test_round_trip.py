"""A table written in any form that is read comes back as the same rows, and so does what the app exports."""

import json
import shutil
from datetime import UTC, datetime
from itertools import count

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.database import Database, sqlite_url
from tests.workflow.bringing import read, write_jsonl
from workflow.csv_safe import safe_row
from workflow.exporting import Exporting, join_names
from workflow.identity import text_hash
from workflow.importing import Importing
from workflow.readers import Record, RejectsFile, Unusable, open_table
from workflow.readers.cells import clean_text

ODD = (
    *(
        '"',
        '"""',
        "'",
        "'=1",
        "=cmd|'/C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "[",
        '["a"]',
        "{",
        '{"text": 1}',
        "\\",
        "\\n",
    ),
    *(
        ",",
        ";",
        "|",
        "、",
        "，",
        "；",
        "｜",
        "\t",
        "\n",
        "\n\n",
        "\r",
        "\u2028",
        "\u00a0",
        "\u200b",
        "\u202e",
        "\u2066",
    ),
    *("_x000D_", "_x0041_", "&amp;", "<b>", "]]>", "${x}", "{{x}}", "%s", "NaN", "None", "null", "007", "1e5", "1.0"),
    *("云岭银行", "e\u0301", "𠮷", "🇨🇳", "ﷺ", "#N/A", "TRUE", "Acme, Inc."),
)
PIECES = st.one_of(st.sampled_from(ODD), st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=8))


def texts(most):
    """Texts as they are stored: white space at their ends and controls are gone."""
    return st.lists(PIECES, min_size=1, max_size=most).map("".join).map(clean_text).filter(bool)


NAMES = texts(3).map(lambda text: " ".join(text.split()))
MOMENTS = st.datetimes(datetime(1800, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))
ROW = {
    "id": st.just("") | NAMES,
    "text": texts(6),
    "labels": st.none(),
    "source": st.just("") | NAMES,
    "date": st.none() | MOMENTS,
    "companies": st.lists(NAMES, max_size=3, unique=True),
}


@st.composite
def tables(draw):
    """Rows of one table, whose labels come from few."""
    few = draw(st.lists(NAMES, min_size=1, max_size=4))
    row = st.fixed_dictionaries(ROW | {"labels": st.none() | st.lists(st.sampled_from(few), max_size=3, unique=True)})
    return draw(st.lists(row, min_size=1, max_size=5, unique_by=lambda row: text_hash(row["text"])))


ROWS = tables()
PLAIN = {"id": "", "labels": ["甲", "乙"], "source": "", "date": None, "companies": []}
ALIKE = [PLAIN | {"text": "一"}, PLAIN | {"text": "二"}]
"""Bug: where labels were always joined in the same way, they were read as one label."""
OFTEN = settings(max_examples=60)


def as_json(rows):
    return [row | {"date": row["date"] and row["date"].isoformat()} for row in rows]


def as_cells(rows):
    return [
        safe_row(join_names(row[name]) if name in ("labels", "companies") else row[name] for name in ROW)
        for row in as_json(rows)
    ]


def write_delimited(path, rows, **options):
    pd.DataFrame(as_cells(rows), columns=list(ROW)).to_csv(path, index=False, **options)


def write_sheet(path, rows):
    book = openpyxl.Workbook()
    for cells in [list(ROW), *as_cells(rows)]:
        book.active.append(cells)
    book.save(path)


WRITERS = {
    "CSV": write_delimited,
    "CSV in UTF-16": lambda path, rows: write_delimited(path, rows, encoding="utf-16"),
    "TSV": lambda path, rows: write_delimited(path, rows, sep="\t"),
    "CSV with semicolons": lambda path, rows: write_delimited(path, rows, sep=";"),
    "JSONL": lambda path, rows: pd.DataFrame(as_json(rows)).to_json(path, orient="records", lines=True),
    "JSON": lambda path, rows: path.write_text(json.dumps(as_json(rows), ensure_ascii=False, indent=1), "utf-8"),
    "XLSX": write_sheet,
}


def facts(rows):
    """What has to be the same; in a file without any label, an empty list of them says as little as none."""
    labelled = any(row["labels"] for row in rows)
    return [row | {"labels": row["labels"] if labelled else None} for row in rows]


def read_facts(path):
    rows, rejected = read(path)
    assert rejected == []
    return [
        {
            "id": row.external_id,
            "text": row.text,
            "labels": row.labels if row.labels is None else list(row.labels),
            "source": row.source,
            "date": row.published_at,
            "companies": list(row.companies),
        }
        for row in rows
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round trip")


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_rows_are_read_as_they_were_written(folder, write):
    @OFTEN
    @given(ROWS)
    @example(ALIKE)
    def holds(rows):
        write(path := folder / "any.xlsx", rows)
        assert read_facts(path) == facts(rows)

    holds()


@pytest.fixture(scope="module")
def fresh(folder):
    """Makes empty databases, by copying one, so that a hundred of them cost no hundred migrations."""
    Database(sqlite_url(folder / "template.db")).close()
    numbers = count()

    def make():
        copy = shutil.copy(folder / "template.db", folder / f"{next(numbers)}.db")
        return Database(sqlite_url(copy))

    return make


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_imported_is_exported_and_read_again_as_the_same(folder, fresh, form):
    @settings(OFTEN, max_examples=20)
    @given(ROWS)
    @example(ALIKE)
    def holds(rows):
        database = fresh()
        assert Importing(database, folder).run(write_jsonl(folder / "in.jsonl", as_json(rows))).added == len(rows)
        path = folder / f"out.{form}"
        with path.open("w", encoding="utf-8", newline="") as stream:
            written = Exporting(database).training(form, stream)
        database.close()
        judged = [row for row in facts(rows) if row["labels"] is not None]
        assert written == len(judged)
        if judged:
            sorted_labels = [row | {"labels": sorted(row["labels"])} for row in judged]
            assert read_facts(path) == facts(sorted_labels)

    holds()


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "xlsx"])
def test_a_rejected_row_can_be_mended_where_it_was_written(folder, form):
    @OFTEN
    @given(st.lists(st.fixed_dictionaries({"text": texts(6), "odd": texts(3)}), min_size=1, max_size=4))
    def holds(rows):
        with RejectsFile(folder / "rejects", form, ("text", "odd")) as rejects:
            for line, row in enumerate(rows, start=2):
                rejects.add(Record(line, row), Unusable("odd", "not a date"))
        records = list(open_table(rejects.path).records())
        assert [{name: record.values[name] for name in row} for record, row in zip(records, rows, strict=True)] == rows

    holds()
