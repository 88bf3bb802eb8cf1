"""How long from the click on Retrain until the new versions are live? 200 corrections on a desk, starter profile.

The live versions have learned from the desk before, as on any desk that is in use; gold must not suffer.
"""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

from benchmarks.client import Client, Json
from benchmarks.figures import Figure
from tests.browser.conftest import serving

CORRECTIONS, BAR, PATIENCE = 200, 60.0, 1800.0
CLASSIFIERS = ("bert", "llm_head", "prompt")


def measure(data: Path) -> Iterator[Figure]:
    """Correct some items as a second opinion would, retrain, and wait for each classifier's new version."""
    with serving(data) as (address, _):
        client = Client(address)
        first, _ = _retrain(client)
        for number in range(CORRECTIONS):
            _correct(client, number)
        before = _live(client)
        seconds, live = _retrain(client)
        after = _live(client)
    yield Figure("retrain click to the end of the job, everything trained", first, None, "s")
    what = f"retrain click to the end of the job, {CORRECTIONS} corrections"
    yield Figure(what, seconds, BAR, "s", "live: " + ", ".join(f"{name} {s:.0f} s" for name, s in live.items()))
    for name in CLASSIFIERS:
        was, now = (versions[name]["metrics"]["micro_f1"] * 100 for versions in (before, after))
        yield Figure(f"{name}: micro-F1 on gold afterwards", now, None, "%", f"before {was:.1f} %")


def _retrain(client: Client) -> tuple[float, dict[str, float]]:
    """Retrain; return the seconds until the job ended, and those until each classifier's new version was live."""
    before, began, live = _live(client), monotonic(), dict[str, float]()
    job = client.call("retrain", [])
    while client.call("job", job["id"])["status"] in ("queued", "running"):
        for name, version in _live(client).items():
            if version["number"] != before[name]["number"]:
                live.setdefault(name, monotonic() - began)
        if monotonic() - began > PATIENCE:
            raise RuntimeError("the retraining does not end")
        sleep(1)
    return monotonic() - began, live


def _correct(client: Client, number: int) -> None:
    """Decide the next item: most as one of the classifiers says, each time another one."""
    found = client.next_item()
    said = found["classifiers"][CLASSIFIERS[number % len(CLASSIFIERS)]]
    client.submit(found["item"], said["labels"] if said else [], f"correction {found['item']['id']}")


def _live(client: Client) -> dict[str, Json]:
    rows = client.call("versions", "")
    return {row["classifier"]: row for row in rows if row["status"] == "live" and row["classifier"] in CLASSIFIERS}
