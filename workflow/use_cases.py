"""All use cases, wired once: the one value that pages, API and command line are given. Knows no flags and no page."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from sqlalchemy.exc import DatabaseError
from threadpoolctl import threadpool_limits

from classifier.profiles import Profile
from storage.database import Database, sqlite_url
from storage.schema import UnusableDatabase
from workflow.background_import import BackgroundImport
from workflow.backup import Backups
from workflow.bakeoff.bake_offs import BakeOffs
from workflow.disagreements import Disagreements
from workflow.errors import Refused, Unavailable
from workflow.exporting import Exporting
from workflow.faults import explain_faults, explained
from workflow.first_start import fill_if_empty
from workflow.importing import Importing
from workflow.labels import Labels
from workflow.live import Live
from workflow.live_models import LiveModels
from workflow.merging import Merging
from workflow.neighbours import Neighbours
from workflow.pace import Paces
from workflow.people import People
from workflow.prompt_trials import PromptTrials
from workflow.retraining import Retraining
from workflow.statistics import Statistics
from workflow.status import Status
from workflow.supervisor import Supervisor
from workflow.tokens import Tokens
from workflow.triage import Triage

SWITCH_SECONDS = 0.0005
HEAD_START_SECONDS = 5.0


@dataclass(frozen=True)
class UseCases:
    """What a person can ask the app for, by topic, and where it keeps things."""

    triage: Triage
    paces: Paces
    disagreements: Disagreements
    labels: Labels
    retraining: Retraining
    bake_offs: BakeOffs
    prompt_trials: PromptTrials
    importing: Importing
    background_import: BackgroundImport
    exporting: Exporting
    merging: Merging
    people: People
    tokens: Tokens
    status: Status
    statistics: Statistics
    backups: Backups
    supervisor: Supervisor
    live: Live
    database: Database
    data: Path
    profile: Profile

    @contextmanager
    def background(self) -> Iterator[None]:
        """Keep a worker alive while jobs wait, and fill an empty database; for the web process alone."""
        # An answer asks the database some thirty times and waits for the interpreter after each; an import in another
        # thread would let it wait five milliseconds every time.
        sys.setswitchinterval(SWITCH_SECONDS)
        # A search for neighbours is too small to be shared out; numpy's other threads would spin until the next one.
        threadpool_limits(limits=1, user_api="blas")
        self.supervisor.start()
        # The page answers meanwhile: loading the sample and the models takes seconds.
        Thread(target=self._open, name="first start", daemon=True).start()
        try:
            yield
        finally:
            self.supervisor.stop()

    def _open(self) -> None:
        fill_if_empty(self.database, self.importing, self.retraining)
        self.retraining.predict_missing()
        # The first pages need no model, and the imports of the models' libraries keep the interpreter busy.
        time.sleep(HEAD_START_SECONDS)
        self.live.warm_up()


def build(data: Path, database_url: str | None, profile: Profile) -> UseCases:
    """Open the database and wire the use cases; raise a `TriageError` when it cannot be opened."""
    data.mkdir(parents=True, exist_ok=True)
    database = _open_database(database_url or sqlite_url(data / "triage.db"))
    models = LiveModels(database, data)
    neighbours = Neighbours(database, models)
    live = Live(database, models, neighbours)
    supervisor = Supervisor(database, data)
    retraining = Retraining(database, data, profile, supervisor, models, neighbours)
    importing = Importing(database, data, after=retraining.predict_new)
    return UseCases(
        triage=Triage(database, live, neighbours),
        paces=Paces(database),
        disagreements=Disagreements(database, neighbours),
        labels=Labels(database),
        retraining=retraining,
        bake_offs=BakeOffs(database, data, profile, supervisor),
        prompt_trials=PromptTrials(database, models, neighbours, retraining),
        importing=importing,
        background_import=BackgroundImport(importing),
        exporting=Exporting(database),
        merging=Merging(database, data),
        people=People(database),
        tokens=Tokens(database),
        status=Status(database),
        statistics=Statistics(database),
        backups=Backups(database, data),
        supervisor=supervisor,
        live=live,
        database=database,
        data=data,
        profile=profile,
    )


def _open_database(url: str) -> Database:
    try:
        database = Database(url)
    except UnusableDatabase as error:
        raise Refused(str(error)) from error
    except DatabaseError as error:
        raise explained(error) or Unavailable(f"The database cannot be opened: {error.orig}.") from error
    explain_faults(database)
    return database
