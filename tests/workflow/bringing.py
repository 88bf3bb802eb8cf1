"""What the tests of imports share: small files, and a look at what became of them."""

import json

from sqlalchemy import func, select

from storage.tables import Item, Label, Truth, TruthLabel
from workflow.readers import RowParser, Unusable, check_mapping, guess_mapping, open_table, take_survey


def write_jsonl(path, rows):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def labels_of(database, text):
    """Return the truth's label names and origin of an item."""
    with database.read() as session:
        item_id = session.scalar(select(Item.id).where(Item.text == text))
        truth = session.get(Truth, item_id)
        named = (
            select(Label.name).join(TruthLabel, TruthLabel.label_id == Label.id).where(TruthLabel.item_id == item_id)
        )
        return (set(session.scalars(named)), truth.origin) if truth else None


def count(database, table):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def read(path, mapping=None, encoding=None):
    """Return the rows and the rejected (line, column, reason) of a file."""
    table = open_table(path, encoding)
    chosen = check_mapping(guess_mapping(table.columns) | (mapping or {}), table.columns, table.path.name)
    parser = RowParser(chosen, take_survey(table.records(), chosen.get("labels", "")))
    rows, rejected = [], []
    for record in table.records():
        try:
            rows.append(parser.parse(record))
        except Unusable as verdict:
            rejected.append((record.line, verdict.column, verdict.reason))
    return rows, rejected
