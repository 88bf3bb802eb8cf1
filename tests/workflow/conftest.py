"""A real SQLite file with a handful of items, for the tests of the use cases."""

from datetime import UTC, datetime

import pytest

from storage import search
from storage.database import Database, sqlite_url
from storage.tables import Item, Label, Prediction, Standing, Version
from workflow.standings import refresh

TEXTS = (
    "星河药业召回两批产品",
    "云岭银行股东质押三成股权",
    "Northgate Corp. recalls pumps",
    "远山科技预计净利润增长",
    "今日市场平稳",
)


@pytest.fixture
def database(tmp_path):
    """An empty database, migrated."""
    opened = Database(sqlite_url(tmp_path / "triage.db"))
    yield opened
    opened.close()


@pytest.fixture
def desk(database):
    """Five open items and three labels."""
    with database.write() as session:
        session.add_all(
            Label(id=number, name=name, group="公司")
            for number, name in enumerate(("产品召回", "股权质押", "业绩预告"), start=1)
        )
        for number, text in enumerate(TEXTS, start=1):
            day = datetime(2026, 3, number, tzinfo=UTC)
            session.add(
                Item(id=number, text=text, text_hash=str(number), split="train", source="快讯", published_at=day)
            )
            session.flush()
            session.add(Standing(item_id=number, shuffle=number * 7 % 5, source="快讯", published_at=day))
        search.index_texts(session, list(enumerate(TEXTS, start=1)))
    return database


@pytest.fixture
def spoken(desk):
    """Three live versions, and what they say: on item 1 bert stands alone, on 2 all agree, on 3 all differ."""
    said = {
        "bert": {1: {2: 0.9}, 2: {2: 0.9}, 3: {1: 0.7}},
        "llm_head": {1: {1: 0.8}, 2: {2: 0.8}, 3: {2: 0.7}},
        "prompt": {1: {1: 0.7, 3: 0.2}, 2: {2: 0.9}, 3: {3: 0.7}},
    }
    names = ["产品召回", "股权质押", "业绩预告"]
    with desk.write() as session:
        for number, (classifier, items) in enumerate(said.items(), start=1):
            session.add(
                Version(
                    id=number,
                    classifier=classifier,
                    number=number + 4,
                    status="live",
                    labels=names,
                    label_ids=[1, 2, 3],
                    thresholds=dict.fromkeys(names, 0.5),
                    metrics={"micro_f1": 0.9},
                )
            )
            session.flush()
            for item_id, scores in items.items():
                proposed = [label for label, score in scores.items() if score >= 0.5]
                stored = {str(label): score for label, score in scores.items()}
                session.add(Prediction(item_id=item_id, version_id=number, scores=stored, proposed=proposed))
        session.flush()
        refresh(session, [1, 2, 3, 4, 5])
    return desk
