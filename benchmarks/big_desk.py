"""Makes a desk of any size whose live versions have models: what the benchmarks of the server look at.

    python -m benchmarks.big_desk DIR [--items 12000]       DIR must not exist yet

The versions are those of a real first start, its trainings cut down to seconds. The items come in by the app's own
import; what the three versions say of them is drawn from a seeded generator and written directly, since to ask three
models about a million texts takes a day. Vectors are the live retriever's. At most `LABELLED` items carry labels.
"""

import argparse
import json
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from benchmarks.children import importing
from classifier import disagreement, ordering
from classifier.examples import CLASSIFIERS
from storage import versions
from storage.database import Database, sqlite_url
from storage.heard import TRUTH, heard
from tests.browser.conftest import serving
from workflow.live_models import LiveModels
from workflow.readers import Row
from workflow.sample.generator import SEED, make_sample

ITEMS, LABELLED = 12_000, 200_000
TINY = ("-m", "tests.browser.tiny")
PATIENCE = 1800.0
CHUNK = 5_000
VARIANTS = 40
"""Different things that the classifiers say of items with the same labels."""
SKILL = 0.85
SCORED = 10
"""Labels of which a classifier's score is above the floor."""

UNFINISHED = "SELECT count(*) FROM job WHERE status IN ('queued', 'running')"
SPOKEN = "SELECT count(DISTINCT classifier) FROM version WHERE status = 'live'"


def make_big_desk(data: Path, items: int = ITEMS) -> None:
    """Fill a new data folder."""
    make_versions(data)
    news = data / "news.jsonl"
    write_news(news, items)
    importing(data, news)
    news.unlink()
    speak(data)


def make_versions(data: Path) -> None:
    """Serve an empty folder until the first retraining, with the starter's models, has ended; the sample goes."""
    with serving(data, TINY):
        started = time.monotonic()
        while _scalar(data, SPOKEN) < len(CLASSIFIERS) + 2 or _scalar(data, UNFINISHED):
            if time.monotonic() - started > PATIENCE:
                raise SystemExit(f"no versions within {PATIENCE:.0f} s")
            time.sleep(1)


def _scalar(data: Path, query: str) -> int:
    connection = sqlite3.connect(data / "triage.db", timeout=15)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def write_news(path: Path, items: int, labelled: int = LABELLED, seed: int = SEED) -> Path:
    """Write generated items, none of them in the sample, as JSONL; half, but no more than `labelled`, carry labels."""
    dice = random.Random(seed)
    share = min(0.5, labelled / items)
    with path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(islice(_rows(seed), items)):
            labels = list(row.labels or ()) if dice.random() < share else None
            date = row.published_at.isoformat() if row.published_at else ""
            values = {"id": f"{seed}-{number}", "text": row.text, "labels": labels, "source": row.source, "date": date}
            file.write(json.dumps(values | {"companies": list(row.companies)}, ensure_ascii=False) + "\n")
    return path


def _rows(seed: int) -> Iterator[Row]:
    seen = set[str]()
    for each in count(seed + 1):
        for row in make_sample(each).rows:
            if row.labels is not None and row.text not in seen:
                seen.add(row.text)
                yield row


@dataclass(frozen=True, slots=True)
class Spoken:
    """What three versions say of an item: their columns as stored, the claims, and what follows for the queue."""

    predictions: tuple[tuple[str, str], ...]
    claims: tuple[tuple[int, bool, bool, bool, bool], ...]
    kind: str
    band: str
    keys: ordering.Keys
    heard: int


class Voices:
    """Invents what is said; items with the same labels are told apart by a few variants."""

    def __init__(self, label_ids: Sequence[int], counts: dict[int, int]) -> None:
        self.label_ids, self.counts = label_ids, counts
        self.dice = random.Random(SEED)
        self._known: dict[tuple[bool, frozenset[int]], list[Spoken]] = {}

    def say(self, labels: frozenset[int] | None) -> Spoken:
        """Return one of the variants for an item with these labels; None: nobody has labelled it."""
        right = frozenset([self.dice.choice(self.label_ids)]) if labels is None else labels
        variants = self._known.setdefault((labels is None, right), [])
        if len(variants) < VARIANTS:
            variants.append(self._invent(right, labels))
            return variants[-1]
        return self.dice.choice(variants)

    def _invent(self, right: frozenset[int], truth: frozenset[int] | None) -> Spoken:
        scores = {name: self._scores(right) for name in CLASSIFIERS}
        said = {name: frozenset(i for i, score in of.items() if score >= 0.5) for name, of in scores.items()}
        kind = disagreement.kind(said, truth)
        voices = [*said.values(), truth or frozenset()]
        return Spoken(
            tuple(
                (json.dumps({str(i): s for i, s in of.items()}), json.dumps(sorted(said[n])))
                for n, of in scores.items()
            ),
            tuple((i, *(i in voice for voice in voices)) for i in sorted(frozenset[int]().union(*voices))),
            kind,
            disagreement.band_of(said, truth, self.counts),
            ordering.keys(list(scores.values()), said, self.counts, kind),
            heard(CLASSIFIERS if truth is None else [*CLASSIFIERS, TRUTH]),
        )

    def _scores(self, right: frozenset[int]) -> dict[int, float]:
        scores = {i: round(self.dice.uniform(0.01, 0.3), 4) for i in self.dice.sample(self.label_ids, SCORED)}
        for label in right:
            sure = self.dice.random() < SKILL
            scores[label] = round(self.dice.uniform(0.5, 1.0) if sure else self.dice.uniform(0.05, 0.5), 4)
        if self.dice.random() > SKILL:
            scores[self.dice.choice(self.label_ids)] = round(self.dice.uniform(0.5, 0.9), 4)
        return scores


def speak(data: Path) -> None:
    """Write what the live versions say of every item of which they have not spoken, and its vector."""
    database = Database(sqlite_url(data / "triage.db"))
    found = LiveModels(database, data).retriever()
    with database.read() as session:
        live = versions.list_live(session)
        ids = [live[name].id for name in CLASSIFIERS]
        labels = list(live["bert"].label_ids)
    database.close()
    if found is None:
        raise SystemExit("no live retriever")
    connection = sqlite3.connect(data / "triage.db", isolation_level=None)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA temp_store=MEMORY;")
    counts = dict(connection.execute("SELECT label_id, count(*) FROM truth_label GROUP BY label_id"))
    voices = Voices(labels, counts)
    last = connection.execute(
        f"SELECT coalesce(max(item_id), 0) FROM prediction WHERE version_id = {ids[0]}"
    ).fetchone()[0]
    while chunk := _next_items(connection, last):
        last = chunk[-1][0]
        vectors = found[1].encode([text for _, text, _ in chunk])
        said = [(item_id, voices.say(None if of is None else frozenset(of))) for item_id, _, of in chunk]
        connection.execute("BEGIN")
        _write(connection, ids, said)
        _many(
            connection,
            "INSERT OR IGNORE INTO embedding VALUES (?, ?, ?)",
            [(i, found[0], v.tobytes()) for (i, _, _), v in zip(chunk, vectors, strict=True)],
        )
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _next_items(connection: sqlite3.Connection, last: int) -> list[tuple[int, str, list[int] | None]]:
    rows = connection.execute(
        "SELECT id, text, CASE WHEN truth.item_id IS NULL THEN NULL ELSE (SELECT json_group_array(label_id) "
        "FROM truth_label WHERE truth_label.item_id = id) END FROM item LEFT JOIN truth ON truth.item_id = id "
        "WHERE id > ? ORDER BY id LIMIT ?",
        (last, CHUNK),
    )
    return [(item_id, text, None if of is None else json.loads(of)) for item_id, text, of in rows]


def _write(connection: sqlite3.Connection, version_ids: Sequence[int], said: Sequence[tuple[int, Spoken]]) -> None:
    at = "2026-03-31 20:00:00.000000"
    _many(
        connection,
        "INSERT OR REPLACE INTO prediction (item_id, version_id, scores, proposed, examples, tokens_read, tokens, "
        f"predicted_at) VALUES (?, ?, ?, ?, '[]', 0, 0, '{at}')",
        [(i, v, *stored) for i, spoken in said for v, stored in zip(version_ids, spoken.predictions, strict=True)],
    )
    _many(
        connection,
        "INSERT OR REPLACE INTO claim (item_id, label_id, bert, llm_head, prompt, truth, heard) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(item_id, *claim, spoken.heard) for item_id, spoken in said for claim in spoken.claims],
    )
    _many(
        connection,
        "UPDATE standing SET kind = ?, band = ?, instructive = ?, uncertain = ?, rare = ?, heard = ? WHERE item_id = ?",
        [(s.kind, s.band, s.keys.instructive, s.keys.uncertain, s.keys.rare, s.heard, item_id) for item_id, s in said],
    )


def _many(connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    connection.executemany(statement, rows)


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--items", type=int, default=ITEMS)
    options = parser.parse_args()
    if options.data.exists():
        raise SystemExit(f"{options.data} exists already")
    make_big_desk(options.data, options.items)
    print(f"{options.data} holds {options.items:,} more items")


if __name__ == "__main__":
    main()
