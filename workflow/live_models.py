"""The live versions in memory: each loaded when it is first needed and again after a promotion. Knows no items."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import versions
from storage.database import Database
from storage.tables import Version
from workflow.errors import Unavailable
from workflow.version_files import version_directory

if TYPE_CHECKING:
    from classifier.lineup import Classifier
    from classifier.retriever import Retriever

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
    """Hands out the models of the live versions; any number of threads may ask."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database = database
        self.data = data
        self._loaded: dict[str, tuple[int, Any]] = {}
        self._rows: dict[str, Version] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def rows(self, session: Session) -> Mapping[str, Version]:
        """Return the live versions by classifier; they are read anew only when others have gone live."""
        rows = self._rows
        if {name: row.id for name, row in rows.items()} != versions.list_live_ids(session):
            rows = self._rows = versions.list_live(session)
        return rows

    def classifier(self, name: str) -> LiveModel | None:
        """Return a classifier's live version, None without one; raise `Unavailable` when it cannot be loaded."""
        row = self._live(name)
        return None if row is None else self._model(row)

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

    def retriever(self) -> "tuple[int, Retriever] | None":
        """Return the live retriever's version id and model."""
        row = self._live(RETRIEVER)
        return None if row is None else (row.id, self._model(row))

    def version(self, row: Version) -> LiveModel:
        """Return any version of a classifier; it takes the place of the one in memory."""
        return self._model(row)

    def forget(self, name: str) -> None:
        """Let go of a model; it is loaded again when it is needed."""
        with self._locks[name]:
            self._loaded.pop(name, None)

    def _live(self, name: str) -> Version | None:
        with self.database.read() as session:
            return self.rows(session).get(name)

    def _model(self, row: Version) -> Any:  # noqa: ANN401 - a classifier with its version, or the retriever
        with self._locks[row.classifier]:
            loaded = self._loaded.get(row.classifier)
            if loaded is None or loaded[0] != row.id:
                loaded = (row.id, self._load(row))
                self._loaded[row.classifier] = loaded
            return loaded[1]

    def _load(self, row: Version) -> Any:  # noqa: ANN401 - as above
        # The models' libraries take seconds to import; a page that needs no model should not pay for them.
        from classifier import lineup

        directory = version_directory(self.data, row.classifier, row.id)
        logger.info("Loading %s, version %s.", row.classifier, row.number)
        try:
            if row.classifier == RETRIEVER:
                return lineup.load_retriever(directory)
            return LiveModel(LiveVersion.of(row), lineup.load(row.classifier, directory))
        # A damaged file makes the libraries raise whatever it leads them to.
        except Exception as error:
            logger.exception("Version %s of %s cannot be loaded.", row.number, row.classifier)
            raise Unavailable(
                f"The files of {row.classifier}, version {row.number}, cannot be read; retrain it or roll it back."
            ) from error
