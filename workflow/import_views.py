"""What pages, API and command line hand to the use cases of the way in, and get from them: frozen values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.dealing import SPLITS
from workflow.errors import BadInput


@dataclass(frozen=True)
class ImportPlan:
    """How a file is to be brought in.

    `mapping` is {field: column}, "" for a column that is to be left out. `split` puts all new items into train,
    validation or gold; else clusters of near-duplicates are dealt out. `say` words the reasons in the rejects file.
    """

    mapping: Mapping[str, str] | None = None
    split: str | None = None
    keep_sample: bool = True
    encoding: str | None = None
    say: Callable[[str], str] = str

    def __post_init__(self) -> None:
        """Refuse a split that does not exist."""
        if self.split and self.split not in SPLITS:
            raise BadInput(f"There is no split called {self.split}; choose {', '.join(SPLITS)}.")


@dataclass(frozen=True)
class ImportPreview:
    """What a file holds, before anything is written.

    `mapping` is {field: column}; `rows` are the first ones as mapped; `rejected` are (line, column, reason).
    `separator` joins the labels, "" where none does. `labelled` counts the rows with a label: where it is 0, an empty
    list of labels means "not known", otherwise it means that no label applies.
    """

    filename: str
    format: str
    encoding: str
    columns: tuple[str, ...]
    mapping: dict[str, str]
    rows: tuple[dict[str, Any], ...]
    new_labels: tuple[str, ...]
    rejected: tuple[tuple[int, str, str], ...]
    sample_present: bool
    total: int = 0
    labelled: int = 0
    separator: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `rejects` is the path of the rejects file, "" when every row was good."""

    import_id: int
    filename: str
    rows: int
    added: int
    known: int
    conflicts: int
    rejected: int
    new_labels: tuple[str, ...]
    labelled: int
    splits: dict[str, int]
    rejects: str
    seconds: float
    sample_present: bool


@dataclass(frozen=True)
class ImportState:
    """How an import stands: `status` is running, done, failed (`why` says why) or cut_off, when its process died.

    `counts` are {rows, total, added, known, rejected, labelled} as they are stored; `report` is that of a done one.
    """

    id: int
    filename: str
    person: str
    status: str
    counts: dict[str, int]
    started_at: datetime
    ended_at: datetime | None
    seconds_left: float | None
    why: str
    report: dict[str, Any] | None
