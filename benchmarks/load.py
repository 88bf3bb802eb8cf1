"""How does a server stand up to many people? Clients that save and take the next item without a pause to think.

Each is a thread with a connection of its own, as fast as its answers come; they share one process, so their own work is
in the figures too. What was acknowledged is looked up in the database afterwards: every save is there once, and no item
was handed to two of them.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.client import Client
from benchmarks.figures import Figure, percentile
from benchmarks.serving import SETTLE_SECONDS
from tests.browser.conftest import serving

CLIENTS, SECONDS, BUSY_SECONDS = 20, 30.0, 60.0
PAIRS_BAR, PAIR_BAR, SUBMIT_BAR = 80.0, 400.0, 500.0


@dataclass
class Worked:
    """What one client did: items by id with the id of their annotation, seconds of each pair and of each save."""

    saved: dict[int, int] = field(default_factory=dict)
    pairs: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def measure(data: Path, seconds: float = SECONDS) -> Iterator[Figure]:
    """Let the clients work on a desk of which nothing else wants anything."""
    with serving(data) as (address, _):
        sleep(SETTLE_SECONDS)
        worked = work(address, CLIENTS, seconds)
    yield Figure(f"{CLIENTS} clients, saves with the next item", _rate(worked, seconds), PAIRS_BAR, "/s", is_rate=True)
    pairs = [each * 1000 for one in worked for each in one.pairs]
    yield Figure(f"{CLIENTS} clients, a save and the next item, p95", percentile(pairs, 95), PAIR_BAR)
    yield from checked(data, worked, f"{CLIENTS} clients")


def measure_busy(data: Path, news: Path, seconds: float = BUSY_SECONDS) -> Iterator[Figure]:
    """The same while a file is imported and a retraining runs."""
    what = f"{CLIENTS} clients while an import and a training run"
    with serving(data) as (address, _):
        sleep(SETTLE_SECONDS)
        lead = Client(address)
        job = lead.call("retrain", [])
        lead.ask("importing", "start", upload=lead.upload(news), mapping={})
        worked = work(address, CLIENTS, seconds)
        state = _state(lead, job["id"])
        lead.call("cancel_job", job["id"])
    yield Figure(f"{what}, saves with the next item", _rate(worked, seconds), None, "/s", state, is_rate=True)
    saves = [each * 1000 for one in worked for each in one.saves]
    yield Figure(f"{what}, `/submit`, p95", percentile(saves, 95), SUBMIT_BAR)
    yield from checked(data, worked, what)


def _state(lead: Client, job_id: int) -> str:
    """Say how far import and training are."""
    job, file = lead.call("job", job_id), lead.ask("importing", "state")["imports"][0]
    return (
        f"training {job['status']} at {job['progress']:.0%}, import {file['status']} at {file['counts']['rows']:,} rows"
    )


def work(address: str, clients: int, seconds: float) -> list[Worked]:
    """Let clients save and take the next item for some seconds."""
    end = monotonic() + seconds
    worked = [Worked() for _ in range(clients)]
    threads = [
        threading.Thread(target=_work, args=(Client(address, f"analyst {number}"), end, one))
        for number, one in enumerate(worked)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return worked


def _work(client: Client, end: float, worked: Worked) -> None:
    try:
        labels = [label["name"] for label in client.call("labels", False)][:2]
        item = client.next_item()["item"]
        while monotonic() < end and item is not None:
            saved = client.submit(item, labels, f"{client.person} {item['id']}")
            worked.saves.append(client.seconds)
            worked.saved[item["id"]] = saved["annotation_id"]
            item = client.next_item()["item"]
            worked.pairs.append(worked.saves[-1] + client.seconds)
    except Exception as error:
        worked.errors.append(repr(error))


def _rate(worked: Sequence[Worked], seconds: float) -> float:
    return sum(len(one.pairs) for one in worked) / seconds


def checked(data: Path, worked: Sequence[Worked], what: str) -> Iterator[Figure]:
    """Compare what was acknowledged with what is stored."""
    stored = dict(_rows(data, "SELECT id, item_id FROM annotation"))
    acknowledged = [(annotation, item) for one in worked for item, annotation in one.saved.items()]
    lost = sum(stored.get(annotation) != item for annotation, item in acknowledged)
    twice = sum(times > 1 for times in Counter(item for _, item in acknowledged).values())
    errors = [error for one in worked for error in one.errors]
    yield Figure(f"{what}, errors", len(errors), 0, "", "; ".join(errors)[:200])
    yield Figure(f"{what}, acknowledged and not stored", lost, 0, "", f"of {len(acknowledged):,}")
    yield Figure(f"{what}, items given to two people", twice, 0, "")


def _rows(data: Path, query: str) -> list[Any]:
    with sqlite3.connect(data / "triage.db") as connection:
        return connection.execute(query).fetchall()
