import pytest

from storage import embeddings, predictions, versions
from storage.predictions import PredictionRow
from storage.tables import Item, Standing, Version


@pytest.fixture
def version(database):
    """A live version and three items: 1 labelled, 2 open, 3 open and more instructive."""
    with database.write() as session:
        row = versions.add_version(session, Version(classifier="bert"))
        versions.make_live(session, row, "first")
        for item_id, state, instructive in ((1, "labelled", 0.9), (2, "open", 0.1), (3, "open", 0.5)):
            session.add(Item(id=item_id, text=str(item_id), text_hash=str(item_id), split="train"))
            session.flush()
            session.add(Standing(item_id=item_id, state=state, instructive=instructive))
        return row.id


def test_the_front_of_the_queue_is_predicted_first_and_labelled_items_last(database, version):
    with database.read() as session:
        assert predictions.list_missing(session, [version]) == [3, 2, 1]


def test_a_predicted_item_is_missing_only_for_the_versions_that_have_not_spoken(database, version):
    with database.write() as session:
        other = versions.add_version(session, Version(classifier="prompt")).id
        predictions.write_predictions(session, version, [PredictionRow(3, {1: 0.9}, (1,))])

    with database.read() as session:
        assert predictions.list_missing(session, [version]) == [2, 1]
        assert predictions.list_missing(session, [version, other]) == [3, 2, 1]


def test_a_second_answer_replaces_the_first(database, version):
    for score in (0.2, 0.8):
        with database.write() as session:
            predictions.write_predictions(session, version, [PredictionRow(3, {1: score}, (1,), (2,))])

    with database.read() as session:
        assert predictions.list_proposed(session, version, [1, 3]) == {3: [1]}
        assert predictions.list_predicted(session, version, [1, 2, 3]) == {3}


def test_what_is_said_of_a_removed_item_is_dropped(database, version):
    with database.write() as session:
        rows = [PredictionRow(99, {}, ()), PredictionRow(2, {}, ())]
        assert predictions.write_predictions(session, version, rows) == [2]
        embeddings.write_vectors(session, version, {99: b"\0" * 4, 2: b"\0" * 4})

    with database.read() as session:
        assert embeddings.list_vectors(session, version, [99, 2]) == {2: b"\0" * 4}


def test_predictions_for_a_roll_back_are_kept_and_older_ones_pruned(database, version):
    with database.write() as session:
        predictions.write_predictions(session, version, [PredictionRow(2, {}, ())])
        for _ in range(2):
            versions.make_live(session, versions.add_version(session, Version(classifier="bert")), "better")
        waiting = versions.add_version(session, Version(classifier="bert")).id

    with database.write() as session:
        prunable = predictions.list_prunable_versions(session)
        assert prunable == [version]
        assert waiting not in prunable
        assert predictions.prune(session, version, 10) == 1
        assert predictions.prune(session, version, 10) == 0
