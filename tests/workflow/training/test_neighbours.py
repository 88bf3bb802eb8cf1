from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event, Thread
from time import sleep

from sqlalchemy import delete, select

from classifier.index import NeighbourIndex
from storage import truths
from storage.tables import Embedding, Item, Truth
from workflow import example_index
from workflow.annotating import Said, annotate, undo
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours

OPEN = 150


def ids(neighbours):
    return [neighbour.item_id for neighbour in neighbours]


def of_item(desk, item_id, k=10):
    return of_items(desk, desk.neighbours, [item_id], k).get(item_id, ())


def of_items(desk, neighbours, item_ids, k=10):
    with desk.database.read() as session:
        return neighbours.of_items(session, item_ids, k)


def correct(desk, item_id, *labels):
    with desk.database.write() as session:
        annotate(session, Said(item_id, "submitted", "ann", labels=labels))


def copy_of(desk, item_id, **values):
    """Store another item with nearly the same text."""
    with desk.database.write() as session:
        original = session.get_one(Item, item_id)
        text = original.text + " "
        session.add(Item(id=900 + item_id, text=text, text_hash=f"copy {item_id}", **({"split": "train"} | values)))
        session.flush()
        session.add(Truth(item_id=900 + item_id, origin="import"))
    return 900 + item_id


def test_neighbours_are_labelled_items_to_train_on_nearest_first(trained):
    near = of_item(trained, OPEN)

    found = trained.read(select(Item.split, Truth.origin).join(Truth).where(Item.id.in_(ids(near))))
    assert len(near) == 10
    assert {split for split, _ in found} == {"train"}
    assert [view.similarity for view in near] == sorted((view.similarity for view in near), reverse=True)


def test_an_item_is_not_its_own_neighbour(trained):
    labelled = of_item(trained, OPEN)[0].item_id

    assert labelled not in ids(of_item(trained, labelled))


def test_a_correction_is_found_by_the_next_search_and_gone_after_its_undo(trained):
    nearly_the_same = copy_of(trained, OPEN, cluster=0)
    assert ids(of_item(trained, nearly_the_same))[0] != OPEN

    correct(trained, OPEN, "股权质押")
    nearest = of_item(trained, nearly_the_same)[0]
    assert (nearest.item_id, nearest.labels, nearest.origin, nearest.person) == (
        OPEN,
        ("股权质押",),
        "annotation",
        "ann",
    )

    with trained.database.write() as session:
        undo(session, "ann")
    assert OPEN not in ids(of_item(trained, nearly_the_same))


def test_a_near_duplicate_is_never_a_neighbour(trained):
    with trained.database.write() as session:
        session.get_one(Item, OPEN).cluster = 77
    copy = copy_of(trained, OPEN, cluster=77)
    correct(trained, OPEN, "股权质押")

    assert copy not in ids(of_item(trained, OPEN))
    assert OPEN not in ids(of_item(trained, copy))


def test_an_item_that_became_a_near_duplicate_is_no_neighbour_any_more(trained):
    """Bug: an index that was running kept an item apart whose near-duplicate had been imported since."""
    correct(trained, OPEN, "股权质押")
    trained.neighbours.index.refresh()
    with trained.database.write() as session:
        session.get_one(Item, OPEN).cluster = 77
    copy = copy_of(trained, OPEN, cluster=77)
    trained.neighbours.index.compare_soon()

    assert copy not in ids(of_item(trained, OPEN))
    assert OPEN not in ids(of_item(trained, copy))


def test_vectors_that_the_worker_computes_are_awaited_though_somebody_annotates(trained, monkeypatch):
    """Bug: with the next annotation an index forgot what a large import had left to the worker."""
    monkeypatch.setattr(example_index, "AT_ONCE", 0)
    of_item(trained, OPEN)
    copy = copy_of(trained, OPEN, cluster=0)
    trained.neighbours.index.compare_soon()
    assert copy not in ids(of_item(trained, OPEN))
    correct(trained, OPEN + 1, "股权质押")
    of_item(trained, OPEN)
    trained.neighbours.index.embed([copy])
    trained.neighbours.index.compare_soon()
    assert copy in ids(of_item(trained, OPEN))


def test_an_export_waits_for_an_index_that_is_long_in_the_making(trained, monkeypatch):
    load = trained.neighbours.index._load

    def load_slowly(members):
        sleep(0.3)
        load(members)

    monkeypatch.setattr("workflow.neighbours.PATIENCE", 0.05)
    monkeypatch.setattr(trained.neighbours.index, "_load", load_slowly)
    with trained.database.read() as session:
        found = trained.neighbours.labels_near(session, [OPEN])
    assert len(found[OPEN]) == 10


def test_a_corrected_gold_item_is_never_a_neighbour(trained):
    gold = trained.read(select(Item.id).where(Item.split == "gold"))[0][0]
    nearly_the_same = copy_of(trained, gold, cluster=0)
    correct(trained, gold, "股权质押")

    assert gold not in ids(of_item(trained, nearly_the_same))


def test_a_pasted_text_that_is_stored_does_not_find_itself(trained):
    text, item_id = trained.read(select(Item.text, Item.id).where(Item.split == "train"))[0]

    assert item_id not in ids(trained.neighbours.of_text(text))
    assert item_id in ids(trained.neighbours.of_text(text + "！补充说明"))


def test_an_imported_item_is_found_and_a_removed_one_is_gone(trained):
    of_item(trained, OPEN)
    copy = copy_of(trained, OPEN, cluster=0)
    trained.neighbours.index.compare_soon()
    assert ids(of_item(trained, OPEN))[0] == copy

    with trained.database.write() as session:
        truths.remove_truth(session, copy)
        session.delete(session.get_one(Item, copy))
    assert copy not in ids(of_item(trained, OPEN))


def test_many_items_are_looked_up_by_their_stored_vectors(trained):
    with trained.database.read() as session:
        found = trained.neighbours.labels_near(session, [OPEN, OPEN + 1, 10_000], 3)

    assert {item_id: len(near) for item_id, near in found.items()} == {OPEN: 3, OPEN + 1: 3}
    shown = [(near.item_id, near.similarity, near.labels) for near in of_item(trained, OPEN, 3)]
    assert [(near.item_id, near.similarity, near.labels) for near in found[OPEN]] == shown


def test_an_index_that_is_long_in_the_making_keeps_no_page_waiting(trained, monkeypatch):
    monkeypatch.setattr("workflow.neighbours.PATIENCE", 0.05)
    finish = Event()
    load = trained.neighbours.index._load

    def load_slowly(members):
        finish.wait(10)
        load(members)

    monkeypatch.setattr(trained.neighbours.index, "_load", load_slowly)
    assert of_item(trained, OPEN) == ()
    assert trained.neighbours.index.is_behind

    finish.set()
    trained.neighbours.index.refresh()
    assert len(of_item(trained, OPEN)) == 10


def test_a_large_index_is_kept_for_the_next_process(trained, monkeypatch):
    monkeypatch.setattr("workflow.example_index.NeighbourIndex", partial(NeighbourIndex, 0))
    first, second = (Neighbours(trained.database, trained.models) for _ in range(2))
    found = of_items(trained, first, [OPEN])
    assert len(found[OPEN]) == 10
    with trained.database.write() as session:
        session.execute(delete(Embedding).where(Embedding.item_id != OPEN))
    assert of_items(trained, second, [OPEN]) == found
    with trained.database.read() as session:
        assert session.scalars(select(Embedding.item_id)).all() == [OPEN], "vectors were computed again"


def test_without_a_retriever_there_are_no_neighbours(desk):
    assert of_item(desk, OPEN) == ()
    assert desk.neighbours.of_text("some text") == ()
    assert desk.neighbours.examples([OPEN]) == [[]]


class Preempted(Thread):
    """A thread before whose start the others get a turn, as happens under load."""

    def start(self):
        sleep(0.3)
        super().start()


def test_many_pages_that_ask_at_once_after_a_start_are_all_answered(trained, monkeypatch):
    monkeypatch.setattr(example_index, "Thread", Preempted)
    started, at_once = Neighbours(trained.database, LiveModels(trained.database, trained.data)), Barrier(8)

    def ask(_):
        at_once.wait()
        return of_items(trained, started, [OPEN])

    with ThreadPoolExecutor(8) as pages:
        assert any(pages.map(ask, range(8))), "nobody waited for the index"
