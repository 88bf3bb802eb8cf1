import pytest

from ui.triage import TriageHandlers
from workflow.errors import BadInput, Conflict
from workflow.views import ItemResult, NoItem


@pytest.fixture
def handlers(desk):
    return TriageHandlers(desk)


def test_the_page_can_choose_from_all_there_is(handlers):
    setup = handlers.setup("ann")
    assert [label.name for label in setup["labels"]] == sorted(["产品召回", "股权质押", "业绩预告"])
    assert setup["sources"] == ["快讯"]


def test_the_next_item_comes_with_the_number_of_those_left(handlers):
    answer = handlers.next_item("ann")
    assert isinstance(answer["result"], ItemResult)
    assert answer["left"] == 4


def test_two_people_are_given_two_items(handlers):
    first, second = (handlers.next_item(person)["result"].item.id for person in ("ann", "bob"))
    assert first != second


def test_a_saved_item_leaves_the_queue_with_its_labels(handlers, desk):
    item = handlers.next_item("ann")["result"].item
    handlers.save("ann", item.id, ["产品召回"], "token-1", item.row_version, note="clear")
    assert desk.triage.item(item.id).truth.labels == ("产品召回",)
    assert desk.triage.item(item.id).history[0].note == "clear"
    answer = handlers.next_item("ann")
    assert answer["result"].item.id != item.id
    assert answer["left"] == 3


def test_a_save_of_an_item_that_changed_is_a_conflict(handlers):
    handlers.save("bob", 1, ["股权质押"], "token-1", 1)
    with pytest.raises(Conflict) as caught:
        handlers.save("ann", 1, ["产品召回"], "token-2", 1)
    assert caught.value.other["person"] == "bob"


def test_undo_brings_the_item_back(handlers):
    handlers.skip("ann", 2, "token-1")
    answer = handlers.undo("ann")
    assert answer["result"].item.id == answer["undone"].item_id == 2
    assert answer["result"].item.state == "open"


def test_a_flag_keeps_its_note(handlers, desk):
    handlers.flag("ann", 3, "token-1", "which company?")
    assert desk.triage.item(3).history[0].note == "which company?"


def test_an_empty_queue_says_why(handlers):
    answer = handlers.next_item("ann", {"text": "no such word"})
    assert isinstance(answer["result"], NoItem)
    assert answer["left"] == 0


def test_a_silent_classifier_brings_the_job_that_works_on_it(handlers, desk):
    desk.labels.list()
    assert handlers.open_item("ann", 4)["job"] is None
    handlers.save("ann", 1, ["产品召回"], "token-1", 1)
    job = desk.retraining.start(person="ann")
    assert handlers.open_item("ann", 4)["job"].id == job.id
    assert handlers.open_item("ann", 1)["job"] is None
    assert handlers.progress("ann")["job"].id == job.id


def test_a_wrong_filter_is_refused(handlers):
    with pytest.raises(BadInput):
        handlers.next_item("ann", {"order": "alphabetical"})
