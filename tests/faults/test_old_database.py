"""A data folder of an older release: its schema is brought up to date with everything in it; a newer one is refused."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import app
from classifier.profiles import PROFILES
from storage import schema
from storage.database import sqlite_url
from tests.faults.processes import integrity, query
from workflow.use_cases import build

OLD = "0005"
ROWS = {
    "label": [{"id": 1, "name": "股权质押", "description": "", "group": "", "is_sample": 0}],
    "item": [
        {"id": n, "text": f"第{n}条新闻", "text_hash": str(n), "external_id": "", "source": "快讯", "companies": "[]"}
        | {"split": "train", "cluster": 0, "row_version": n, "is_sample": 0}
        for n in (1, 2)
    ],
    "standing": [
        {"item_id": n, "state": "open", "kind": "", "band": "", "source": "快讯"}
        | {"instructive": 0.0, "uncertain": 0.0, "rare": 0.0, "shuffle": n}
        for n in (1, 2)
    ],
    "annotation": [
        {
            "id": 1,
            "item_id": 1,
            "kind": "submitted",
            "labels": '["股权质押"]',
            "note": "",
            "person": "lin",
            "token": "t",
        }
        | {"seen_version": 1, "before": '{"state": "open", "truth": null}'}
    ],
    "truth": [{"item_id": 1, "origin": "annotation", "person": "lin", "annotation_id": 1}],
    "truth_label": [{"item_id": 1, "label_id": 1}],
    "version": [
        {"id": 1, "classifier": "bert", "number": 1, "status": "live", "reason": "", "recipe": "{}", "seconds": 9.0}
        | {"labels": '["股权质押"]', "label_ids": "[1]", "thresholds": '{"股权质押": 0.5}', "metrics": "{}"}
        | {"fingerprint": "", "gold_fingerprint": "", "last_annotation_id": 0, "is_sample": 0}
    ],
    "prediction": [
        {"item_id": 1, "version_id": 1, "scores": '{"1": 0.9}', "proposed": "[1]", "examples": "[]"}
        | {"predicted_at": "2026-01-01 03:04:05"}
    ],
}
MOMENTS = {"created_at", "decided_at"}


@pytest.fixture
def data(tmp_path):
    """A folder as an older release left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = create_engine(sqlite_url(tmp_path / "triage.db"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, OLD)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "triage.db")) as file, file:
        for table, rows in ROWS.items():
            columns = {name for _, name, *_ in file.execute(f"PRAGMA table_info({table})")}
            for row in rows:
                whole = row | dict.fromkeys(MOMENTS & columns, "2026-01-02 03:04:05")
                named = ", ".join(f'"{name}"' for name in whole)
                places = ", ".join("?" * len(whole))
                file.execute(f'INSERT INTO "{table}" ({named}) VALUES ({places})', list(whole.values()))
    return tmp_path


def everything(data):
    columns = {table: ", ".join(f'"{name}"' for name in rows[0]) for table, rows in ROWS.items()}
    return {table: query(data, f'SELECT {named} FROM "{table}"') for table, named in columns.items()}


def test_everything_in_it_is_there_afterwards_and_work_goes_on(data):
    before = everything(data)
    cases = build(data, None, PROFILES["starter"])
    assert integrity(data) == ("ok", [])
    assert everything(data) == before
    assert cases.triage.item(1).truth.labels == ("股权质押",)
    assert cases.triage.undo("lin").item_id == 1
    assert cases.triage.submit(2, ["股权质押"], "new", 2).row_version == 3
    cases.database.close()


def test_a_newer_one_is_refused_with_a_sentence_and_left_alone(data, capsys):
    with closing(sqlite3.connect(data / "triage.db")) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    before = everything(data)
    assert app.main(["status", "--data", str(data)]) == 1
    assert capsys.readouterr().err == "The database is newer (9999) than this program; update the program.\n"
    assert everything(data) == before
    assert query(data, "SELECT version_num FROM alembic_version") == [("9999",)]
