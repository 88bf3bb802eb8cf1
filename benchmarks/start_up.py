"""How soon does a started server answer, and how much memory does it need once the models are there?"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from benchmarks.client import Client
from benchmarks.figures import Figure
from benchmarks.processes import resident_gb, serving_pid
from benchmarks.serving import SETTLE_SECONDS
from tests.browser.conftest import serving

STARTS = 3
START_BARS = {12_000: 4.0, 1_000_000: 10.0}
MEMORY_BARS = {12_000: 0.6, 1_000_000: 1.5}


def measure(data: Path, items: int) -> Iterator[Figure]:
    """Start a few times, from the command until the first item; then classify a text and look at the memory."""
    seconds = []
    for _ in range(STARTS):
        began = monotonic()
        with serving(data) as (address, _):
            client = Client(address)
            client.next_item()
            seconds.append(monotonic() - began)
            if len(seconds) == STARTS:
                client.call("classify", "星河药业召回两批产品")
                sleep(SETTLE_SECONDS)
                memory = resident_gb(serving_pid(data))
    spread = f"{min(seconds):.2f} to {max(seconds):.2f} s, n = {STARTS}"
    yield Figure(f"start to the first item, {items:,} items", median(seconds), START_BARS.get(items), "s", spread)
    yield Figure(f"server's memory, starter models loaded, {items:,} items", memory, MEMORY_BARS.get(items), "GB")
