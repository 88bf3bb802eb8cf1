"""How long from the click on Retrain until the new versions are live? 200 corrections on a desk, starter profile."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.client import Client
from benchmarks.figures import Figure
from tests.browser.conftest import serving

CORRECTIONS, BAR, PATIENCE = 200, 60.0, 1800.0
CLASSIFIERS = ("bert", "llm_head", "prompt")


def measure(data: Path) -> Iterator[Figure]:
    """Correct some items as a second opinion would, retrain, and wait for each classifier's new version."""
    with serving(data) as (address, _):
        client = Client(address)
        labels = [label["name"] for label in client.call("labels", False)]
        for number in range(CORRECTIONS):
            item = client.next_item()["item"]
            client.submit(item, [labels[number % len(labels)]], f"correction {item['id']}")
        before = _numbers(client)
        began, live = monotonic(), dict[str, float]()
        job = client.call("retrain", [], False)
        while client.call("job", job["id"])["status"] in ("queued", "running"):
            for name, number in _numbers(client).items():
                if number != before[name]:
                    live.setdefault(name, monotonic() - began)
            if monotonic() - began > PATIENCE:
                raise RuntimeError("the retraining does not end")
            sleep(1)
        ended = client.call("job", job["id"])
        state = f"job {ended['status']}; live: " + ", ".join(f"{n} {s:.0f} s" for n, s in live.items())
    yield Figure(
        f"retrain click to the end of the job, {CORRECTIONS} corrections", monotonic() - began, BAR, "s", state
    )


def _numbers(client: Client) -> dict[str, Any]:
    rows = client.call("versions", "")
    return {
        row["classifier"]: row["number"] for row in rows if row["status"] == "live" and row["classifier"] in CLASSIFIERS
    }
