"""How fast does a server answer? The next item, a save, the first page of filters, the dashboard's counts.

Over HTTP, on one connection, at any size of desk; the server is the real one and nobody else uses it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from time import sleep
from typing import Any

from benchmarks.client import Client
from benchmarks.figures import Figure, timed
from benchmarks.processes import processor_seconds, serving_pid, wait_until_idle
from tests.browser.conftest import serving

WARM_UP, TIMES, PAGES = 10, 200, 15
SETTLE_SECONDS = 20.0
"""After the start the models and the index of examples are loaded beside the answers."""
BARS = {12_000: 10.0, 100_000: 15.0, 1_000_000: 30.0}
SUBMIT_BAR, PAGE_BAR, COUNTS_BAR = 15.0, 200.0, 500.0
COUNTS: Mapping[str, tuple[dict[str, str], int]] = {
    "kinds": ({}, PAGES),
    "stances": ({"against": "people"}, 3),
    "pairs": ({"classifier": "bert", "rival": "prompt"}, 3),
}
"""What each of the dashboard's counts is asked, and how often; the last two take long on a large desk."""
FILTERS: Mapping[str, dict[str, Any]] = {
    "state": {"state": "open"},
    "kind": {"kind": "all_differ"},
    "band": {"band": "tail"},
    "source": {},
    "dates": {"since": "2026-03-30T00:00:00Z", "until": "2026-03-31T00:00:00Z"},
    "common label": {},
    "rare label": {},
    "common word": {"text": "公司"},
    "rare words": {"text": "北辰环保 问询函"},
    "nothing at all fits": {"state": "open", "kind": "models_vs_human", "order": "random"},
    "all states, newest": {"order": "newest"},
}


def measure(data: Path, items: int) -> Iterator[Figure]:
    """Measure everything on one desk."""
    with serving(data) as (address, _):
        client = Client(address)
        sleep(SETTLE_SECONDS)
        wait_until_idle(serving_pid(data))
        yield from measure_desk(client, serving_pid(data), items)
        yield from measure_pages(client, items)


def measure_desk(client: Client, pid: int, items: int) -> Iterator[Figure]:
    """Take and save one item after the other, then take items of filters that an index serves."""
    labels = [label["name"] for label in client.call("labels", False)]
    taken, saved = [], []
    worked = processor_seconds(pid)
    for number in range(WARM_UP + TIMES):
        item = client.next_item()["item"]
        taken.append(client.seconds)
        client.submit(item, [labels[number % len(labels)]], f"{client.person}-{item['id']}-{number}")
        saved.append(client.seconds)
    pair = (processor_seconds(pid) - worked) / (WARM_UP + TIMES) * 1000
    size = f"{items:,} items"
    yield Figure(f"the next item and its save, {size}: the server's processor time", pair)
    yield timed(f"`/next_item`, {size}", taken[WARM_UP:], BARS.get(items))
    yield timed(f"`/submit`, synchronous=FULL, {size}", saved[WARM_UP:], SUBMIT_BAR)
    for name in ("kind", "band", "source"):
        queue = {"state": "open"} | with_values(client)[name]
        yield timed(
            f"`/next_item` of a {name}, {size}", seconds_of(client, "next_item", queue, client.person), BARS.get(items)
        )


def measure_pages(client: Client, items: int) -> Iterator[Figure]:
    """Open the first page of each filter, with the count of all its items, and the counts of the dashboard."""
    for name, chosen in with_values(client).items():
        seconds = seconds_of(client, "search", "", {"state": ""} | chosen, 50, 0, times=PAGES)
        yield timed(f"first page and count, filter: {name}, {items:,} items", seconds, PAGE_BAR)
    for name, (asked, times) in COUNTS.items():
        seconds = []
        for _ in range(times):
            client.ask("disagreements", name, filter={"state": ""}, **asked)
            seconds.append(client.seconds)
        yield timed(f"dashboard's counts, {name}, {items:,} items", seconds, COUNTS_BAR)


def with_values(client: Client) -> dict[str, dict[str, Any]]:
    """Return the filters; those of a label or a source get the desk's own."""
    labels = sorted(client.call("labels", False), key=lambda label: label["train"])
    used = [label["name"] for label in labels if label["train"]]
    sources = client.ask("triage", "setup")["sources"]
    values = {"source": {"source": sources[len(sources) // 2]}}
    return {**FILTERS, **values, "common label": {"label": used[-1]}, "rare label": {"label": used[0]}}


def seconds_of(client: Client, endpoint: str, *values: object, times: int = TIMES // 4) -> list[float]:
    """Call an endpoint several times, the first time to warm up."""
    seconds = []
    for _ in range(times + 1):
        client.call(endpoint, *values)
        seconds.append(client.seconds)
    return seconds[1:]
