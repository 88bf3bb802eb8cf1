"""What there is and what people did, in numbers: labels by rarity, texts, sources, annotations, acceptance."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from classifier.rarity import HEAD, TAIL, band
from storage import labels, people, statistics, status
from storage.database import Database
from storage.tables.base import now
from workflow.acceptance import Acceptance, acceptance

DAYS = 30
SOURCES = 20
EDGES = (0, 20, 40, 60, 80, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000)
"""Lower ends of the classes of text lengths, in characters: narrow where most news texts are."""
KINDS = ("submitted", "skipped", "flagged")


@dataclass(frozen=True)
class LabelCount:
    """A label's training items, and its band; "none" where there is no item."""

    label: str
    train: int
    band: str


@dataclass(frozen=True)
class Bin:
    """So many items lie between `low` and `high`, both included; `high` is None where nothing bounds it."""

    low: int
    high: int | None
    items: int


@dataclass(frozen=True)
class Activity:
    """What a person did: annotations by kind, undone ones left out. `role` is "" for somebody without an account."""

    person: str
    role: str
    counts: dict[str, int]
    last: datetime | None


@dataclass(frozen=True)
class StatisticsView:
    """What there is and what people did. `thresholds` are the training items from which a label is middling, common."""

    items: int
    labels: tuple[LabelCount, ...]
    thresholds: tuple[int, int]
    labels_per_item: tuple[Bin, ...]
    lengths: tuple[Bin, ...]
    sources: tuple[tuple[str, int], ...]
    more_sources: int
    days: tuple[tuple[date, dict[str, int]], ...]
    people: tuple[Activity, ...]
    acceptance: dict[str, Acceptance]


@dataclass(frozen=True)
class Statistics:
    """The use case of the statistics page."""

    database: Database

    def report(self, zone: str = "UTC") -> StatisticsView:
        """Count everything; days begin at midnight in that time zone."""
        with self.database.read() as session:
            sources = statistics.list_sources(session, SOURCES)
            return StatisticsView(
                items=sum(status.count_items_by_split(session).values()),
                labels=_labels(session),
                thresholds=(TAIL, HEAD),
                labels_per_item=_bins(statistics.count_items_by_labels(session)),
                lengths=_length_bins(statistics.count_items_by_length(session)),
                sources=tuple(sources),
                more_sources=max(0, statistics.count_sources(session) - len(sources)),
                days=_days(session, _zone(zone)),
                people=_people(session),
                acceptance=acceptance(session),
            )


def _labels(session: Session) -> tuple[LabelCount, ...]:
    """Count training items by label in use, the commonest first."""
    counts = labels.count_by_label_and_split(session)
    rows = [(row.name, counts.get((row.id, "train"), 0)) for row in labels.list_labels(session)]
    ordered = sorted(rows, key=lambda row: (-row[1], row[0]))
    return tuple(LabelCount(name, train, band(train) if train else "none") for name, train in ordered)


def _bins(counts: Mapping[int, int]) -> tuple[Bin, ...]:
    return tuple(Bin(size, size, counts.get(size, 0)) for size in range(max(counts, default=-1) + 1))


def _length_bins(counts: Mapping[int, int]) -> tuple[Bin, ...]:
    """Sort lengths into classes; leave out the empty ones behind the longest text."""
    longest = max(counts, default=-1)
    used = [edge for edge in EDGES if edge <= longest]
    ends = [edge - 1 for edge in used[1:]] + [None]
    return tuple(
        Bin(low, high, sum(n for length, n in counts.items() if length >= low and (high is None or length <= high)))
        for low, high in zip(used, ends, strict=False)
    )


def _days(session: Session, zone: tzinfo) -> tuple[tuple[date, dict[str, int]], ...]:
    """Count the last days' annotations by person, a day without any among them."""
    today = now().astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    counted: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for second, person, count in statistics.count_annotations_by_slot(session, since):
        counted[datetime.fromtimestamp(second, zone).date()][person] += count
    days = (first + timedelta(days=number) for number in range(DAYS))
    return tuple((day, dict(counted[day])) for day in days)


def _people(session: Session) -> tuple[Activity, ...]:
    """Tell what each person did, those with an account but without an annotation among them."""
    counts, last = statistics.count_annotations_by_person(session), statistics.list_last_annotations(session)
    roles = {row.name: row.role for row in people.list_people(session)}
    done = [
        Activity(
            person=name,
            role=roles.get(name, ""),
            counts={kind: counts.get((name, kind), 0) for kind in KINDS},
            last=last.get(name),
        )
        for name in sorted(roles.keys() | last.keys())
    ]
    return tuple(sorted(done, key=lambda row: -sum(row.counts.values())))


def _zone(name: str) -> tzinfo:
    """Return the time zone of that name; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
