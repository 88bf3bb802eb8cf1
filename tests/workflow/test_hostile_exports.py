"""Hostile texts leave as CSV: pandas reads each as it was, and a spreadsheet finds nothing that it could run."""

import pandas as pd
import pytest
from sqlalchemy import update

from classifier.profiles import PROFILES
from storage.tables import Item, Label
from tests.browser.desks import make_desk
from tests.hostile import HOSTILE
from workflow.csv_safe import bare_cell
from workflow.exporting import write_file
from workflow.use_cases import build
from workflow.views import QueueFilter

FORMULAS = ("=cmd|'/C calc'!A0", "+1+cmd|'/C calc'!A0", "-2+3", "@SUM(1+1)*cmd|'/C calc'!A0", "\t=1", "\r=1", "'=1")
TEXTS = [*HOSTILE, *FORMULAS]
RUN = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """A desk of which each item, its source, its label and the note on it are one of the texts."""
    data = make_desk(tmp_path_factory.mktemp("hostile") / "data", items=len(TEXTS), labels=len(TEXTS))
    opened = build(data, None, PROFILES["starter"])
    with opened.database.write() as session:
        for number, text in enumerate(TEXTS, start=1):
            values = {"text": text, "external_id": text[:200], "source": text[:200], "companies": [text[:200]]}
            session.execute(update(Item).where(Item.id == number).values(values))
            session.execute(update(Label).where(Label.id == number).values(name=text[:200]))
    for number, text in enumerate(TEXTS, start=1):
        opened.triage.submit(number, [text[:200]], f"token {number}", note=text[:500])
    yield opened
    opened.database.close()


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        ("annotations", ("text", "external_id", "source", "note")),
        ("training", ("text", "id", "source")),
        ("disagreements", ("text", "external_id", "source")),
    ],
)
def test_each_text_is_read_as_it_was_and_no_cell_is_run(cases, tmp_path, what, columns):
    writers = {
        "annotations": lambda stream: cases.exporting.annotations("csv", stream),
        "training": lambda stream: cases.exporting.training("csv", stream),
        "disagreements": lambda stream: cases.disagreements.export(QueueFilter(state=""), stream),
    }
    assert write_file(tmp_path / "out.csv", "utf-8-sig", writers[what]) == len(TEXTS)
    read = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert not [cell for column in read for cell in read[column] if cell.startswith(RUN)]
    for column in columns:
        length = {"text": None, "note": 500}.get(column, 200)
        assert sorted(map(bare_cell, read[column])) == sorted(text[:length] for text in TEXTS), column
