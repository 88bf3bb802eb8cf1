"""A data folder on which tiny real classifiers were trained once; each test gets a copy of its own."""

import shutil
from dataclasses import replace

import pytest

from classifier.profiles import PROFILES
from storage import search
from storage.database import Database, sqlite_url
from storage.tables import Item, Label, Standing, Truth, TruthLabel
from tests.conftest import EVENTS, labelled_rows
from workflow.identity import text_hash
from workflow.live import Live
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.retraining import Retraining
from workflow.supervisor import Supervisor
from workflow.worker import work

LABELS = sorted(EVENTS)
SPLITS = ("train", "train", "train", "validation", "gold")
ITEMS, LABELLED = 160, 140


class TinyRecipes:
    """The starter's recipes, cut down to seconds."""

    def recipe(self, classifier):
        recipe = PROFILES["starter"].recipe(classifier)
        return recipe if classifier == "retriever" else replace(recipe, epochs=10, seconds=8.0)


class Desk:
    """A data folder with its use cases; `work` is what the worker process does, in this one."""

    def __init__(self, data):
        self.data = data
        self.database = Database(sqlite_url(data / "triage.db"))
        self.models = LiveModels(self.database, data)
        self.neighbours = Neighbours(self.database, self.models)
        self.live = Live(self.database, self.models, self.neighbours)
        self.spawned = []
        self.supervisor = Supervisor(self.database, data, ["worker"], spawn=self._spawn)
        self.retraining = Retraining(self.database, data, TinyRecipes(), self.supervisor, self.models, self.neighbours)

    def _spawn(self, command, **_options):
        self.spawned.append(command)
        return type("Child", (), {"poll": lambda self: None})()

    def work(self):
        return work(self.data)

    def read(self, statement):
        with self.database.read() as session:
            return session.execute(statement).all()


def fill(database, items=ITEMS, labelled=LABELLED):
    """Store labelled items in all splits, then open ones to be predicted."""
    with database.write() as session:
        session.add_all(Label(id=number, name=name) for number, name in enumerate(LABELS, start=1))
        session.flush()
        for number, row in enumerate(labelled_rows(items), start=1):
            is_open = number > labelled
            split = "train" if is_open else SPLITS[number % len(SPLITS)]
            session.add(Item(id=number, text=row["text"], text_hash=text_hash(row["text"]), split=split))
            session.flush()
            session.add(Standing(item_id=number, state="open" if is_open else "labelled", shuffle=number))
            search.index_texts(session, [(number, row["text"])])
            if not is_open:
                session.add(Truth(item_id=number, origin="import"))
                session.flush()
                session.add_all(TruthLabel(item_id=number, label_id=LABELS.index(name) + 1) for name in row["labels"])


@pytest.fixture
def desk(tmp_path):
    """A desk with labelled items on which nothing was trained yet."""
    opened = Desk(tmp_path)
    fill(opened.database)
    yield opened
    opened.database.close()


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory):
    """The folder that is copied: bert and llm_head were trained by a real job and everything is predicted."""
    desk = Desk(tmp_path_factory.mktemp("trained"))
    fill(desk.database)
    desk.retraining.start(("bert", "llm_head"))
    desk.work()
    desk.database.close()
    return desk.data


@pytest.fixture
def trained(trained_folder, tmp_path):
    """A desk with live versions of the retriever, bert and llm_head."""
    shutil.copytree(trained_folder, tmp_path, dirs_exist_ok=True)
    opened = Desk(tmp_path)
    yield opened
    opened.database.close()
