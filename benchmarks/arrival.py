"""How soon does a new item have three predictions and its place in the queue? Items come one by one to an idle worker.

Measured from the request that brings the item in until all that the classifiers say of it can be read.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from benchmarks.client import Client
from benchmarks.figures import Figure
from classifier.examples import CLASSIFIERS
from tests.browser.conftest import serving
from workflow.sample.generator import make_sample

SEED, ITEMS, WARM_UP = 77, 12, 2
BAR, PATIENCE = 2.0, 120.0
PLACED = """
    SELECT count(prediction.version_id) FROM item
    JOIN standing ON standing.item_id = item.id AND standing.kind != ''
    JOIN prediction ON prediction.item_id = item.id
    JOIN version ON version.id = prediction.version_id AND version.status = 'live'
    WHERE item.text = ?
"""


def measure(data: Path) -> Iterator[Figure]:
    """Bring items in, each when all is said of the one before; the first ones, which load the models, apart."""
    texts = [row.text for row in make_sample(SEED).rows[:ITEMS]]
    with serving(data) as (address, _):
        client = Client(address)
        seconds = [_bring(client, data, text) for text in texts]
    first, rest = seconds[0], seconds[WARM_UP:]
    spread = f"{min(rest):.2f} to {max(rest):.2f} s, n = {len(rest)}"
    yield Figure("a new item: three predictions and its place, worker idle", median(rest), BAR, "s", spread)
    yield Figure("the same for the first item after a start, models not loaded yet", first, None, "s")


def _bring(client: Client, data: Path, text: str) -> float:
    file = data / "arrival.csv"
    file.write_text(f'text\n"{text.replace(chr(34), chr(34) * 2)}"\n', encoding="utf-8")
    upload, began = client.upload(file), monotonic()
    client.ask("importing", "start", upload=upload, mapping={"text": "text"})
    while _said(data, text) < len(CLASSIFIERS):
        if monotonic() - began > PATIENCE:
            raise SystemExit(f"nobody predicted the item within {PATIENCE:.0f} s")
        sleep(0.02)
    return monotonic() - began


def _said(data: Path, text: str) -> int:
    with closing(sqlite3.connect(data / "triage.db")) as connection:
        (said,) = connection.execute(PLACED, (text,)).fetchone()
    return int(said)
