"""An import killed at any moment leaves whole chunks, and the next import of the file adds the rest, no row twice."""

import random
import threading

import pytest

from benchmarks.desk import make_empty
from tests.conftest import answers, labelled_rows, write_jsonl
from tests.faults.processes import ask, free_port, integrity, kill, query, upload, wait_for
from workflow.import_run import CHUNK

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

# Whole chunks, so that the last one is as long as the others.
ROWS, KILLS, LONGEST = 64 * CHUNK, 8, 4.0


@pytest.fixture
def file(tmp_path):
    rows = [row | {"text": f"第{number}条 {row['text']}"} for number, row in enumerate(labelled_rows(ROWS))]
    return write_jsonl(tmp_path / "news.jsonl", rows)


def stored(data):
    return query(data, "SELECT count(*) FROM item")[0][0]


def expect_whole_chunks(data):
    """Every item that is there came with all that belongs to it."""
    assert integrity(data) == ("ok", [])
    assert stored(data) % CHUNK == 0
    for table in ("standing", "truth", "item_search"):
        assert query(data, f"SELECT count(*) FROM {table}") == [(stored(data),)]


def expect_every_row_once(data):
    assert query(data, "SELECT count(*), count(DISTINCT external_id), count(DISTINCT text) FROM item") == [(ROWS,) * 3]


def test_an_import_on_the_command_line(tmp_path, file, worker_processes):
    data, dice, kept = tmp_path / "data", random.Random(6), []
    for _ in range(KILLS):
        process = worker_processes.start("import", file, "--data", data)
        process.join(dice.uniform(0.3, LONGEST))
        kill(process)
        if (data / "triage.db").exists() and query(data, "SELECT 1 FROM sqlite_master WHERE name = 'item'"):
            expect_whole_chunks(data)
            kept.append(stored(data))
    assert kept == sorted(kept)
    worker_processes.start("import", file, "--data", data).join()
    expect_whole_chunks(data)
    expect_every_row_once(data)


def test_an_import_in_the_web_process(tmp_path, file, web_processes):
    data, port = tmp_path / "data", free_port()
    address, words = f"http://127.0.0.1:{port}", ("serve", "--data", data, "--port", port)
    make_empty(data)
    first = web_processes.start(*words)
    wait_for(lambda: answers(address))
    uploaded = upload(address, file)
    asking = threading.Thread(target=ask, args=(address, "import_file", uploaded, ""))
    asking.start()
    wait_for(lambda: stored(data) >= 2 * CHUNK)
    kill(first)
    asking.join()
    expect_whole_chunks(data)
    assert stored(data) < ROWS

    web_processes.start(*words)
    wait_for(lambda: answers(address))
    report = ask(address, "import_file", upload(address, file), "")
    assert report["known"] + report["added"] == ROWS
    assert report["known"] >= 2 * CHUNK
    expect_every_row_once(data)
