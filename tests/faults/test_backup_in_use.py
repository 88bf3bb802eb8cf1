"""`app.py backup` while people save, and `app.py restore`: what was acknowledged before is there, table by table."""

import random
import threading
from uuid import uuid4

import pytest

from classifier.profiles import PROFILES
from tests.browser.desks import NAMED, make_desk
from tests.faults.processes import integrity, query, run, wait_for
from workflow.use_cases import build

pytestmark = pytest.mark.slow

ITEMS, WRITERS = 60, 4


def tables(data):
    """Return the names of the tables that hold what the app remembers, those that SQLite keeps for itself left out."""
    named = query(data, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in named if not name.startswith("sqlite_")]


def rows(data, table):
    return sorted(map(repr, query(data, f'SELECT * FROM "{table}"')))


def test_a_backup_taken_while_people_save_is_whole(tmp_path):
    data = make_desk(tmp_path / "data", items=ITEMS)
    weights = data / "versions" / "bert" / "1"
    weights.mkdir(parents=True)
    (weights / "model.safetensors").write_bytes(random.Random(1).randbytes(200_000))
    cases, over, acknowledged = build(data, None, PROFILES["starter"]), threading.Event(), []

    def save(number):
        dice = random.Random(number)
        while not over.is_set():
            token = uuid4().hex
            cases.triage.submit(dice.randint(1, ITEMS), [dice.choice(NAMED)], token)
            acknowledged.append(token)

    writers = [threading.Thread(target=save, args=[number]) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    wait_for(lambda: len(acknowledged) > 20)
    before = len(acknowledged)
    status, _, said = run("backup", tmp_path / "busy.zip", "--data", data)
    over.set()
    for writer in writers:
        writer.join()
    assert (status, said) == (0, "")
    assert len(acknowledged) > before, "nobody saved meanwhile"

    busy, calm = tmp_path / "busy", tmp_path / "calm"
    assert run("restore", tmp_path / "busy.zip", busy)[0] == 0
    assert integrity(busy) == ("ok", [])
    stored = {token for (token,) in query(busy, "SELECT token FROM annotation")}
    assert set(acknowledged[:before]) <= stored <= set(acknowledged)
    last = "SELECT item_id, max(id) FROM annotation GROUP BY item_id ORDER BY item_id"
    assert query(busy, last) == query(busy, "SELECT item_id, annotation_id FROM truth ORDER BY item_id")

    assert run("backup", tmp_path / "calm.zip", "--data", data)[0] == 0
    assert run("restore", tmp_path / "calm.zip", calm)[0] == 0
    assert tables(calm) == tables(data)
    assert [name for name in tables(data) if rows(calm, name) != rows(data, name)] == []
    assert (calm / weights.relative_to(data) / "model.safetensors").read_bytes() == (
        weights / "model.safetensors"
    ).read_bytes()
    cases.database.close()
