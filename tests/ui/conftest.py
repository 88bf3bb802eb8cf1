"""A real desk on a real SQLite file: three live versions have spoken of a few items, and no worker is ever started."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from classifier.profiles import PROFILES
from storage import search
from storage.tables import Item, Label, Prediction, Standing, Version
from ui.server import build_app
from workflow.roles import ANALYST, LEAD, Actor
from workflow.standings import refresh
from workflow.supervisor import Supervisor
from workflow.use_cases import build

LABELS = ("产品召回", "股权质押", "业绩预告")
TEXTS = ("星河药业召回两批产品", "云岭银行股东质押三成股权", "Northgate Corp. recalls pumps", "今日市场平稳")
SAID = {
    "bert": {1: {2: 0.9}, 2: {2: 0.9}, 3: {1: 0.7}},
    "llm_head": {1: {1: 0.8}, 2: {2: 0.8}, 3: {2: 0.7}},
    "prompt": {1: {1: 0.7, 3: 0.2}, 2: {2: 0.9}, 3: {3: 0.7}},
}
"""On item 1 bert stands alone, on 2 all agree, on 3 all differ, on 4 nobody has spoken."""
ADDRESS = "http://127.0.0.1:7860"
ANN, BOB = Actor("ann", LEAD), Actor("bob", LEAD)
PASSWORD = "correct horse battery"
PAGE = {"accept": "text/html"}


class NoProcess:
    """Stands where the worker's process would."""

    def __init__(self, *arguments, **options):
        self.returncode = None

    def poll(self):
        return None

    def terminate(self):
        pass


def open_desk(data):
    cases = build(data, None, PROFILES["starter"])
    supervisor = Supervisor(cases.database, cases.data, spawn=NoProcess)
    with cases.database.write() as session:
        add_items(session)
        add_versions(session)
        refresh(session, [1, 2, 3, 4])
    asking = {name: replace(getattr(cases, name), supervisor=supervisor) for name in ("retraining", "bake_offs")}
    return replace(cases, supervisor=supervisor, **asking)


@pytest.fixture
def desk(tmp_path):
    """The use cases of a small desk."""
    cases = open_desk(tmp_path / "data")
    yield cases
    cases.database.close()


def add_items(session):
    session.add_all(Label(id=number, name=name, group="公司") for number, name in enumerate(LABELS, start=1))
    for number, text in enumerate(TEXTS, start=1):
        day = datetime(2026, 3, number, tzinfo=UTC)
        session.add(Item(id=number, text=text, text_hash=str(number), split="train", source="快讯", published_at=day))
        session.flush()
        session.add(Standing(item_id=number, shuffle=number, source="快讯", published_at=day))
    search.index_texts(session, list(enumerate(TEXTS, start=1)))


def add_versions(session):
    for number, (classifier, items) in enumerate(SAID.items(), start=1):
        names = {"labels": list(LABELS), "label_ids": [1, 2, 3], "thresholds": dict.fromkeys(LABELS, 0.5)}
        metrics = {"micro_f1": 0.9, "macro_f1": 0.8, "weighted_f1": 0.85, "few_shot_f1": None, "support": 7}
        metrics["per_label"] = {"股权质押": {"precision": 0.9, "recall": 0.9, "f1": 0.9, "support": 3}}
        version = {"id": number, "classifier": classifier, "number": 5, "status": "live", "metrics": metrics}
        session.add(Version(**version, **names))
        session.flush()
        for item_id, scores in items.items():
            proposed = [label for label, score in scores.items() if score >= 0.5]
            stored = {str(label): score for label, score in scores.items()}
            session.add(Prediction(item_id=item_id, version_id=number, scores=stored, proposed=proposed))
    session.flush()


@pytest.fixture
def web(desk):
    """The web process of the desk, asked from the machine it runs on."""
    with TestClient(build_app(desk), base_url=ADDRESS) as client:
        yield client


@pytest.fixture(scope="session")
def quiet_web(tmp_path_factory):
    """The web process of a desk that nobody changes, for tests that only look or are refused."""
    cases = open_desk(tmp_path_factory.mktemp("quiet") / "data")
    with TestClient(build_app(cases), base_url=ADDRESS) as client:
        yield client
    cases.database.close()


def sign_in(client, name="ann", password=PASSWORD):
    return client.post("/sign-in", data={"name": name, "password": password})


@contextmanager
def signed_in(desk, *names, role=ANALYST):
    """New people, each signed in with a browser of their own, before one server; yields the browsers."""
    app = build_app(desk)
    with TestClient(app, base_url=ADDRESS) as first:
        browsers = [first, *(TestClient(app, base_url=ADDRESS) for _ in names[1:])]
        for name, browser in zip(names, browsers, strict=True):
            desk.people.add(name, PASSWORD, role)
            sign_in(browser, name)
        yield browsers


@pytest.fixture
def guarded(desk):
    """The web process of a desk with one account, an analyst's."""
    desk.people.add("ann", PASSWORD)
    with TestClient(build_app(desk), base_url=ADDRESS, follow_redirects=False) as client:
        yield client
