import pytest

from storage import examples, training
from storage.tables import Item, Label, Truth, TruthLabel
from storage.tables.base import now


@pytest.fixture
def items(database):
    """Adds an item; a label of None leaves it without a truth, 0 means that no label applies."""

    def add(item_id, split="train", cluster=0, label=1):
        with database.write() as session:
            session.add(Item(id=item_id, text=f"text {item_id}", text_hash=str(item_id), split=split, cluster=cluster))
            session.flush()
            if label is not None:
                session.add(Truth(item_id=item_id, origin="import"))
                session.flush()
            if label:
                session.add(TruthLabel(item_id=item_id, label_id=label))

    with database.write() as session:
        session.add_all([Label(id=1, name="one"), Label(id=2, name="two")])
    return add


def ids(database, split):
    with database.read() as session:
        return [item.id for item in training.list_labelled(session, split)]


def test_a_near_duplicate_of_a_gold_item_is_never_trained_on(database, items):
    items(1, "train", cluster=5)
    items(2, "validation", cluster=5)
    items(3, "gold", cluster=5)
    items(4, "train", cluster=6)

    assert ids(database, "train") == [4]
    assert ids(database, "validation") == []
    assert ids(database, "gold") == [3]
    with database.read() as session:
        assert examples.list_members(session) == {4: 6}


def test_a_near_duplicate_of_a_validation_item_is_not_trained_on_either(database, items):
    items(1, "train", cluster=5)
    items(2, "validation", cluster=5)

    assert (ids(database, "train"), ids(database, "validation")) == ([], [2])


def test_an_unlabelled_copy_of_a_gold_item_is_not_read_as_corpus(database, items):
    items(1, "gold", cluster=5)
    items(2, "train", cluster=5, label=None)
    items(3, "train", label=None)

    with database.read() as session:
        assert training.list_unlabelled_texts(session, 10) == ["text 3"]


def test_items_without_a_known_cluster_are_nobodys_duplicates(database, items):
    items(1, "train", cluster=0)
    items(2, "gold", cluster=0)

    assert ids(database, "train") == [1]


def test_an_item_that_carries_no_label_is_learned_from_and_one_without_truth_is_not(database, items):
    items(1, label=0)
    items(2, label=None)

    with database.read() as session:
        assert [(item.id, item.label_ids) for item in training.list_labelled(session, "train")] == [(1, ())]
        assert not training.has_labelled(session)


def test_an_archived_label_is_learned_no_more(database, items):
    items(1, label=2)
    with database.write() as session:
        session.get_one(Label, 2).archived_at = now()

    with database.read() as session:
        assert training.list_labelled(session, "train")[0].label_ids == ()
        assert examples.list_rows(session, [1])[1].labels == []
        assert not training.has_labelled(session)
