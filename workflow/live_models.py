"""The live versions in memory: each loaded when it is first needed and again after a promotion. Knows no items."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import versions
from storage.database import Database
from storage.tables import Version
from workflow.errors import Loading, Unavailable
from workflow.version_files import version_directory

if TYPE_CHECKING:
    from classifier.lineup import Classifier
    from classifier.retriever import Retriever

Model = TypeVar("Model")
RETRIEVER = "retriever"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """A version as predictions need it; label ids and thresholds stand in column order."""

    id: int
    classifier: str
    number: int
    label_ids: tuple[int, ...]
    thresholds: tuple[float, ...]
    metrics: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Version) -> "LiveVersion":
        """Take what is needed from a row."""
        return cls(
            id=row.id,
            classifier=row.classifier,
            number=row.number,
            label_ids=tuple(row.label_ids),
            thresholds=tuple(row.thresholds[name] for name in row.labels),
            metrics=row.metrics,
        )


@dataclass(frozen=True, slots=True)
class LiveModel:
    """A live version with its model."""

    version: LiveVersion
    model: "Classifier"


class LiveModels:
    """Hands out the models of the live versions; any number of threads may ask.

    Who gives a `patience` in seconds meets `Loading` where a model takes longer; it is there for whoever asks later.
    """

    def __init__(self, database: Database, data: Path) -> None:
        self.database = database
        self.data = data
        self._rows: dict[str, Version] = {}
        self._lock = Lock()
        # One after the other: while a model is made, its libraries change what holds for the whole process.
        self._turn = Lock()
        self._loads: dict[str, tuple[int, Future[Any]]] = {}
        """By classifier the version and its model, which may still be on its way."""

    def rows(self, session: Session) -> Mapping[str, Version]:
        """Return the live versions by classifier; they are read anew only when others have gone live."""
        rows = self._rows
        if {name: row.id for name, row in rows.items()} != versions.list_live_ids(session):
            rows = self._rows = versions.list_live(session)
        return rows

    def classifier(self, name: str, patience: float | None = None) -> LiveModel | None:
        """Return a classifier's live version, None without one; raise `Unavailable` when it cannot be loaded."""
        row = self._live(name)
        return None if row is None else self.version(row, patience)

    def classifiers(self) -> tuple[dict[str, LiveModel], dict[str, str]]:
        """Return all live classifiers in the order of every table, and why those that cannot be loaded are missing."""
        found: dict[str, LiveModel] = {}
        missing: dict[str, str] = {}
        for name in CLASSIFIERS:
            try:
                live = self.classifier(name)
            except Unavailable as error:
                missing[name] = str(error)
                continue
            if live is not None:
                found[name] = live
        return found, missing

    def retriever(self, patience: float | None = None) -> "tuple[int, Retriever] | None":
        """Return the live retriever's version id and model."""
        row = self._live(RETRIEVER)
        return None if row is None else (row.id, self._loaded(row, _load_retriever, patience))

    def version(self, row: Version, patience: float | None = None) -> LiveModel:
        """Return any version of a classifier; it takes the place of the one in memory."""
        return self._loaded(row, _load_classifier, patience)

    def forget(self, name: str) -> None:
        """Let go of a model; it is loaded again when it is needed."""
        with self._lock:
            self._loads.pop(name, None)

    def _live(self, name: str) -> Version | None:
        with self.database.read() as session:
            return self.rows(session).get(name)

    def _loaded(self, row: Version, load: Callable[[Version, Path], Model], patience: float | None = None) -> Model:
        with self._lock:
            version_id, loading = self._loads.get(row.classifier, (0, None))
            if loading is None or version_id != row.id:
                loading = self._begin(row, load)
                self._loads[row.classifier] = row.id, loading
        wait([loading], patience)
        if not loading.done():
            raise Loading(f"Version {row.number} of {row.classifier} is being loaded.")
        try:
            return loading.result()
        # A damaged file makes the libraries raise whatever it leads them to.
        except Exception as error:
            # Whoever asks now is told; whoever asks later lets it be tried anew.
            self._drop(row.classifier, loading)
            raise Unavailable(
                f"The files of {row.classifier}, version {row.number}, cannot be read; retrain it or roll it back."
            ) from error

    def _drop(self, name: str, loading: "Future[Any]") -> None:
        with self._lock:
            if self._loads.get(name, (0, None))[1] is loading:
                del self._loads[name]

    def _begin(self, row: Version, load: Callable[[Version, Path], Model]) -> "Future[Model]":
        future: Future[Model] = Future()
        directory = version_directory(self.data, row.classifier, row.id)

        def begin() -> None:
            try:
                with self._turn:
                    logger.info("Loading %s, version %s.", row.classifier, row.number)
                    future.set_result(load(row, directory))
            # Whatever it is, somebody waits to be told.
            except BaseException as error:
                logger.exception("Version %s of %s cannot be loaded.", row.number, row.classifier)
                future.set_exception(error)

        # Not a pool's thread: whoever ends the process should not wait for it.
        Thread(target=begin, name=f"load {row.classifier}", daemon=True).start()
        return future


def _load_classifier(row: Version, directory: Path) -> LiveModel:
    # The models' libraries take seconds to import; a page that needs no model should not pay for them.
    from classifier import lineup

    return LiveModel(LiveVersion.of(row), lineup.load(row.classifier, directory))


def _load_retriever(_: Version, directory: Path) -> "Retriever":
    from classifier import lineup

    return lineup.load_retriever(directory)
