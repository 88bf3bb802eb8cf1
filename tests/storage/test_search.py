"""Words of any length are found, in Chinese and English."""

import pytest
from sqlalchemy import delete, select

from storage import search
from storage.database import Database, sqlite_url
from storage.tables import Item

TEXTS = ("星河药业召回两批产品", "产品获批上市", "Northgate Corp. recalls 4000 pumps", '他说"没有召回"。', "100% 增长")


@pytest.fixture
def database(tmp_path):
    opened = Database(sqlite_url(tmp_path / "triage.db"))
    with opened.write() as session:
        session.add_all(Item(id=n, text=text, text_hash=str(n), split="train") for n, text in enumerate(TEXTS))
        session.flush()
        search.index_texts(session, enumerate(TEXTS))
    yield opened
    opened.close()


def find(database, query):
    with database.read() as session:
        return list(session.scalars(select(Item.id).where(search.matches(session, Item.id, query)).order_by(Item.id)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("召回", [0, 3]),
        ("产品", [0, 1]),
        ("产品 召回", [0]),
        ("品产", []),
        ("药", [0]),
        ("RECALL", [2]),
        ("4000", [2]),
        ("northgate pumps", [2]),
        ('"', [3]),
        ("%", [4]),
        ("召回 OR 产品获批", []),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_a_query_finds_the_items_that_hold_all_its_words(database, query, expected):
    assert find(database, query) == expected


@pytest.mark.parametrize("query", ["召回", "产品 召回", "品产"])
def test_it_does_not_matter_whether_items_are_looked_up_one_by_one(database, query):
    with database.read() as session:
        one_by_one = search.matches(session, Item.id, query, one_by_one=True)
        found = list(session.scalars(select(Item.id).where(one_by_one).order_by(Item.id)))
        assert search.count(session, query) == len(found)
    assert found == find(database, query)


def test_rare_words_are_told_from_common_ones(database, monkeypatch):
    monkeypatch.setattr(search, "COMMON", 2)
    with database.read() as session:
        assert [search.are_rare(session, query) for query in ("召回", "产品 召回", "%", " ")] == [
            False,
            True,
            False,
            False,
        ]


def test_a_removed_item_is_no_longer_found(database):
    with database.write() as session:
        session.execute(delete(Item).where(Item.id == 0))
    assert find(database, "召回") == [3]
