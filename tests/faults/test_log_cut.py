"""A write-ahead log that ends anywhere: everything up to the last whole save in it is there, and the app opens it."""

import random
import shutil

from classifier.profiles import PROFILES
from tests.browser.desks import NAMED, make_desk
from tests.faults.processes import integrity, query
from workflow.use_cases import build

SAVES, CUTS, OPENED = 30, 60, 3


def open_desk(data):
    return build(data, None, PROFILES["starter"])


def test_a_log_cut_at_any_byte_keeps_every_save_before_the_cut(tmp_path):
    data, copy, dice = make_desk(tmp_path / "data", items=40), tmp_path / "copy", random.Random(8)
    log, ends = data / "triage.db-wal", []
    cases = open_desk(data)
    for item_id in range(1, SAVES + 1):
        cases.triage.submit(item_id, [NAMED[item_id % 8]], f"token {item_id}")
        ends.append(log.stat().st_size)
    assert ends == sorted(set(ends)), "the log was started anew"
    whole = log.read_bytes()
    for number in range(CUTS):
        cut = dice.randint(0, len(whole))
        copy.mkdir()
        shutil.copy(data / "triage.db", copy)
        (copy / log.name).write_bytes(whole[:cut])
        kept = sum(end <= cut for end in ends)
        assert query(copy, "SELECT token FROM annotation ORDER BY id") == [(f"token {n + 1}",) for n in range(kept)]
        assert query(copy, "SELECT count(*) FROM truth") == [(kept,)]
        assert integrity(copy) == ("ok", [])
        if number < OPENED:
            opened = open_desk(copy)
            assert not opened.triage.submit(40, [NAMED[0]], "after the cut").repeated
            opened.database.close()
            assert query(copy, "SELECT count(*) FROM annotation") == [(kept + 1,)]
        shutil.rmtree(copy)
    cases.database.close()
