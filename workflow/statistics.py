"""What there is and what people did, in numbers: labels by rarity, texts, sources, annotations, acceptance."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from classifier.rarity import HEAD, TAIL, band
from storage import labels, people, statistics, status
from storage.database import Database
from storage.tables import Version
from storage.tables.base import now

DAYS = 30
SOURCES = 20
DECISIONS = 2_000
"""Acceptance is told of so many of the newest decisions: what people think of the present classifiers, in no time."""
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
class Acceptance:
    """How often people decided exactly what a classifier had proposed, part of it, or nothing of it."""

    all: int
    some: int
    none: int


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
                acceptance=_acceptance(session),
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


def _acceptance(session: Session) -> dict[str, Acceptance]:
    """Compare what people decided with what each classifier had proposed last before that."""
    current = {row.name: row.id for row in labels.list_labels(session, include_archived=True)}
    known: dict[int, dict[str, int]] = {}
    verdicts: dict[tuple[int, str], str] = {}
    for annotation, decided, classifier, version_id, proposed, _ in statistics.list_proposals(
        session, CLASSIFIERS, DECISIONS
    ):
        if version_id not in known:
            version = session.get_one(Version, version_id)
            # A label may have been renamed after it was proposed, or after it was decided.
            known[version_id] = dict(zip(version.labels, version.label_ids, strict=True)) | current
        names = known[version_id]
        # The rows come in the order of time, so the last proposal before the decision is the one that counts.
        verdicts[annotation, classifier] = judge(set(proposed), {names.get(name, name) for name in decided})
    told = {name: Counter(said for (_, who), said in verdicts.items() if who == name) for name in CLASSIFIERS}
    return {name: Acceptance(of["all"], of["some"], of["none"]) for name, of in told.items() if of}


def judge(proposed: Set[int], decided: Set[int | str]) -> str:
    """Tell whether a proposal was accepted: all of it and nothing else, some of it, or none."""
    if proposed == decided:
        return "all"
    return "some" if proposed & decided else "none"


def _zone(name: str) -> tzinfo:
    """Return the time zone of that name; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
