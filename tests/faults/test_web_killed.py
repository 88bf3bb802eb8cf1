"""The web process killed at any moment while people save: what was acknowledged is stored once, and it starts again."""

import random
import subprocess
import sys
import threading
import time
from uuid import uuid4

import pytest

from tests.browser.desks import NAMED, make_desk
from tests.conftest import answers
from tests.faults.processes import ROOT, WEB, Processes, ask, free_port, integrity, kill, query, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

KILLS, CLIENTS, ITEMS = 50, 8, 80
LONGEST = 0.5
"""Seconds between the first save that a process acknowledged and its end."""
IN_TIME = 60.0
"""Seconds; the aim for a start is 10, which a busy machine may miss."""


class Savers:
    """Clients that save without pause, each save with a token of its own, and repeat what was not answered."""

    def __init__(self, address):
        self.address = address
        self.acknowledged = []
        self.refused = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._save, args=[number]) for number in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _save(self, number):
        dice = random.Random(number)
        while not self.over.is_set():
            labels = dice.sample(NAMED, dice.randrange(4))
            save = (dice.randint(1, ITEMS), labels, uuid4().hex, None, "", f"client {number}")
            try:
                self._repeat(save)
            except AssertionError as refused:
                self.refused.append(str(refused))

    def _repeat(self, save):
        answer = None
        while answer is None and not self.over.is_set():
            answer = ask(self.address, "submit", *save)
            if answer is None:
                # The same token: whether the save that got no answer was stored, nobody here can know.
                time.sleep(0.02)
        if answer is not None:
            self.acknowledged.append((save[2], answer["annotation_id"]))


@pytest.fixture
def processes():
    started = Processes(WEB)
    yield started
    started.end()


def test_every_acknowledged_save_outlives_fifty_kills_once(tmp_path, processes, capfd):
    data, port = make_desk(tmp_path / "data", items=ITEMS), free_port()
    address = f"http://127.0.0.1:{port}"
    dice, starts = random.Random(5), []
    with Savers(address) as savers:
        for _ in range(KILLS):
            before = len(savers.acknowledged)
            process = processes.start("serve", "--data", data, "--port", port)
            starts.append(wait_for(lambda: answers(address))[1])
            wait_for(lambda before=before: len(savers.acknowledged) > before)
            time.sleep(dice.uniform(0, LONGEST))
            kill(process)
            assert integrity(data) == ("ok", [])
    assert savers.refused == []
    assert len(savers.acknowledged) >= KILLS
    stored = dict(query(data, "SELECT token, id FROM annotation"))
    assert query(data, "SELECT count(*) FROM annotation") == [(len(stored),)]
    assert [token for token, number in savers.acknowledged if stored.get(token) != number] == []
    expect_each_truth_to_be_the_last_word(data)
    with capfd.disabled():
        cold = seconds_to_start(data)
        sys.stdout.write(
            f"\n{len(savers.acknowledged)} saves acknowledged, {len(stored)} stored, {KILLS} kills; started again in "
            f"{max(starts):.1f} s at most, after the last kill with a fresh interpreter in {cold:.1f} s\n"
        )
    assert cold < IN_TIME


def expect_each_truth_to_be_the_last_word(data):
    last = "SELECT item_id, max(id) FROM annotation GROUP BY item_id ORDER BY item_id"
    assert query(data, last) == query(data, "SELECT item_id, annotation_id FROM truth ORDER BY item_id")


def seconds_to_start(data):
    port = free_port()
    command = [sys.executable, "app.py", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        return wait_for(lambda: answers(f"http://127.0.0.1:{port}"))[1]
    finally:
        process.kill()
        process.wait()
