"""What the use cases hand to pages, API and command line: frozen values, no rows, no sessions.

`as_json` gives the public shapes.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from classifier.examples import CLASSIFIERS as CLASSIFIERS
from storage.queue import QueueFilter as QueueFilter

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"


def as_json(value: object) -> JsonValue:
    """Turn views into what JSON can hold; times and days become ISO 8601 text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    return value


@dataclass(frozen=True)
class ItemView:
    """An item as the page shows it. `id` is 0 for a pasted text that is not stored."""

    id: int
    text: str
    external_id: str = ""
    source: str = ""
    published_at: datetime | None = None
    companies: tuple[str, ...] = ()
    split: str = ""
    state: str = ""
    row_version: int = 0


@dataclass(frozen=True)
class TruthView:
    """An item's current labels, and who says so."""

    labels: tuple[str, ...]
    origin: str
    person: str
    at: datetime


@dataclass(frozen=True)
class CutView:
    """How many of a text's tokens were read, where not all of them were."""

    read: int
    total: int


@dataclass(frozen=True)
class ClassifierView:
    """What one version, of that number, says of an item.

    `examples` are the item ids in a prompt, in prompt order; `micro_f1` is the version's on gold; `model` names the
    checkpoint that it was made of; `cut` is None where the text was read whole. `outdated`: a newer version
    is live, and has not come to this item yet.
    """

    version: int
    labels: tuple[str, ...]
    scores: dict[str, float]
    thresholds: dict[str, float]
    micro_f1: float | None = None
    examples: tuple[int, ...] = ()
    model: str = ""
    cut: CutView | None = None
    outdated: bool = False


@dataclass(frozen=True)
class NeighbourView:
    """A labelled item near this one."""

    item_id: int
    text: str
    labels: tuple[str, ...]
    similarity: float
    origin: str
    person: str = ""


@dataclass(frozen=True)
class NearLabels:
    """What a labelled item near this one is labelled with."""

    item_id: int
    similarity: float
    labels: tuple[str, ...]


@dataclass(frozen=True)
class DisagreementView:
    """How the classifiers differ on an item, and why that matters, in words; not all propose the `disputed` labels."""

    kind: str
    band: str
    score: float
    why: str
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnnotationView:
    """One entry of an item's history."""

    id: int
    kind: str
    labels: tuple[str, ...]
    note: str
    person: str
    at: datetime


@dataclass(frozen=True)
class ItemResult:
    """All that is known of an item: the answer of `/item`, `/next_item` and `/classify`."""

    item: ItemView
    truth: TruthView | None
    classifiers: dict[str, ClassifierView | None]
    neighbours: tuple[NeighbourView, ...]
    disagreement: DisagreementView | None
    history: tuple[AnnotationView, ...] = ()
    conflicts: tuple[tuple[str, ...], ...] = ()
    unavailable: dict[str, str] = field(default_factory=dict)
    """Why a classifier is silent (no version yet, endpoint down, still predicting), or `neighbours` are missing."""
    loading: tuple[str, ...] = ()
    """Those of them that wait for a model or an index that is being loaded: asking again in a moment brings more."""


@dataclass(frozen=True)
class NoItem:
    """The answer of `/next_item` when the queue is empty."""

    why: str
    item: None = None


@dataclass(frozen=True)
class Submitted:
    """The answer of `/submit`, `/skip` and `/flag`. `repeated` means that this token had been stored before."""

    annotation_id: int
    row_version: int
    repeated: bool


@dataclass(frozen=True)
class Pace:
    """What a person did since some moment; `accepted` is the share of items where a classifier had said just that."""

    count: int
    per_hour: float | None
    accepted: dict[str, float]


@dataclass(frozen=True)
class LabelView:
    """A label with its counts: labelled items by split, and how many of them a person decided."""

    id: int
    name: str
    description: str
    group: str
    train: int
    validation: int
    gold: int
    band: str
    archived: bool
    is_sample: bool


@dataclass(frozen=True)
class LabelScore:
    """How well a live version finds a label, on how many gold items that carry it."""

    f1: float | None
    support: int


@dataclass(frozen=True)
class JobView:
    """A job. `curves` are {series: [(step, value), …]}, `log` the last lines; both only from `/job`."""

    id: int
    kind: str
    classifiers: tuple[str, ...]
    status: str
    progress: float
    message: str
    started_at: datetime | None
    ended_at: datetime | None
    seconds_left: float | None
    metrics: dict[str, Any]
    person: str = ""
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    log: str = ""


@dataclass(frozen=True)
class VersionView:
    """A version with its metrics on gold; `live_metrics` of the version it would replace are asked for separately."""

    id: int
    classifier: str
    number: int
    status: str
    reason: str
    metrics: dict[str, Any]
    thresholds: dict[str, float]
    recipe: dict[str, Any]
    fingerprint: str
    created_at: datetime
    promoted_at: datetime | None
    seconds: float
    job_id: int | None


@dataclass(frozen=True)
class NamedRecipe:
    """A recipe that can be picked by its name; `why` says what it is, with its paper."""

    name: str
    classifier: str
    why: str


@dataclass(frozen=True)
class RetrainPlan:
    """What a click on Retrain would do."""

    classifiers: tuple[str, ...]
    new_annotations: int
    labels_touched: int
    last_seconds: float | None
    expected_seconds: float
    since: dict[str, int]
    """Number of the live version, by classifier."""
    running_job: int | None


@dataclass(frozen=True)
class Undone:
    """The answer of `/undo`: the annotation that was taken back, and the item to show again."""

    annotation_id: int
    item_id: int
    row_version: int


@dataclass(frozen=True)
class DisagreementRow:
    """One row of the disagreement table and of its CSV; `neighbours` are found for the CSV only."""

    item_id: int
    external_id: str
    published_at: datetime | None
    source: str
    text: str
    truth: tuple[str, ...] | None
    origin: str
    annotator: str
    decided_at: datetime | None
    said: dict[str, ClassifierView | None]
    kind: str
    band: str
    score: float
    neighbours: tuple[NearLabels, ...] = ()


@dataclass(frozen=True)
class PersonView:
    """An account."""

    name: str
    role: str
    created_at: datetime


@dataclass(frozen=True)
class ItemRow:
    """One row of a search: the item and its labels, where it has any."""

    item: ItemView
    truth: TruthView | None
