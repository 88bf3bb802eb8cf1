import pytest
from sqlalchemy import delete

from storage.tables import Version
from tests.ui.conftest import ANN, BOB
from ui.triage import TriageHandlers
from workflow.errors import BadInput, Conflict, Refused
from workflow.views import ItemResult


@pytest.fixture
def handlers(desk):
    return TriageHandlers(desk)


def test_the_page_can_choose_from_all_there_is(handlers):
    setup = handlers.setup(ANN)
    assert [label.name for label in setup["labels"]] == sorted(["产品召回", "股权质押", "业绩预告"])
    assert setup["sources"] == ["快讯"]


def test_label_names_come_with_their_sound_and_quality(handlers):
    setup = handlers.setup(ANN)
    assert setup["pinyin"]["股权质押"] == "guquanzhiyagongsi gqzygs"
    assert setup["quality"]["bert"] == {"股权质押": [0.9, 3]}


def first(handlers, person, **options):
    return handlers.next_items(person, **options)["results"][0]


def test_the_next_item_comes_with_the_number_of_those_left(handlers):
    answer = handlers.next_items(ANN)
    (result,) = answer["results"]
    assert isinstance(result, ItemResult)
    assert answer["left"] == 4


def test_several_come_at_once_and_none_of_those_in_hand(handlers):
    ids = [result.item.id for result in handlers.next_items(ANN, limit=4)["results"]]
    assert sorted(ids) == [1, 2, 3, 4]
    ahead = handlers.next_items(ANN, limit=3, without=ids[:1])["results"]
    assert [result.item.id for result in ahead] == ids[1:]
    with pytest.raises(BadInput, match="1 to 10"):
        handlers.next_items(ANN, limit=1000)


def test_two_people_are_given_two_items(handlers):
    one, other = (first(handlers, person).item.id for person in (ANN, BOB))
    assert one != other


def test_a_saved_item_leaves_the_queue_with_its_labels(handlers, desk):
    item = first(handlers, ANN).item
    handlers.save(ANN, item.id, ["产品召回"], "token-1", item.row_version, note="clear")
    assert desk.triage.item(item.id).truth.labels == ("产品召回",)
    assert desk.triage.item(item.id).history[0].note == "clear"
    answer = handlers.next_items(ANN)
    assert answer["results"][0].item.id != item.id
    assert answer["left"] == 3


def test_today_is_counted_with_what_the_classifiers_had_right(handlers):
    handlers.save(ANN, 1, ["产品召回"], "token-1", 1)
    handlers.save(ANN, 2, ["股权质押"], "token-2", 1)
    handlers.skip(ANN, 3, "token-3")
    handlers.save(ANN, 4, [], "token-4", 1)
    handlers.undo(ANN)
    pace = handlers.pace(ANN, "2020-01-01T00:00:00Z")["pace"]
    assert pace.count == 3
    assert pace.accepted == {"bert": 0.5, "llm_head": 1.0, "prompt": 1.0}
    assert handlers.pace(BOB, "2020-01-01T00:00:00Z")["pace"].count == 0
    with pytest.raises(BadInput):
        handlers.pace(ANN, "yesterday")


def test_a_save_of_an_item_that_changed_is_a_conflict(handlers):
    handlers.save(BOB, 1, ["股权质押"], "token-1", 1)
    with pytest.raises(Conflict) as caught:
        handlers.save(ANN, 1, ["产品召回"], "token-2", 1)
    assert caught.value.other["person"] == "bob"


def test_undo_brings_the_item_back(handlers):
    handlers.skip(ANN, 2, "token-1")
    answer = handlers.undo(ANN)
    assert answer["result"].item.id == answer["undone"].item_id == 2
    assert answer["result"].item.state == "open"


def test_a_flag_keeps_its_note(handlers, desk):
    handlers.flag(ANN, 3, "token-1", "which company?")
    assert desk.triage.item(3).history[0].note == "which company?"


def test_an_empty_queue_says_why(handlers):
    answer = handlers.next_items(ANN, {"text": "no such word"})
    assert answer["results"] == []
    assert "No item fits" in answer["why"]
    assert not answer["bare"]
    assert answer["left"] == 0


def test_without_a_version_nobody_can_be_asked_again(handlers, desk):
    with desk.database.write() as session:
        session.execute(delete(Version).where(Version.classifier == "prompt"))
    with pytest.raises(Refused, match="no version"):
        handlers.ask_again(ANN, 1)


def test_a_silent_classifier_brings_the_job_that_works_on_it(handlers, desk):
    desk.labels.list()
    assert handlers.open_item(ANN, 4)["job"] is None
    handlers.save(ANN, 1, ["产品召回"], "token-1", 1)
    job = desk.retraining.start(by=ANN)
    assert handlers.open_item(ANN, 4)["job"].id == job.id
    assert handlers.open_item(ANN, 1)["job"] is None
    assert handlers.progress(ANN, 4)["job"].id == job.id


def test_who_has_spoken_of_an_item_by_now_is_told(handlers):
    for item_id in range(1, 5):
        views = handlers.open_item(ANN, item_id)["result"].classifiers
        assert handlers.progress(ANN, item_id)["speakers"] == sorted(name for name in views if views[name])
    assert handlers.progress(ANN, 999) == {"job": None, "speakers": []}


def test_a_wrong_filter_is_refused(handlers):
    with pytest.raises(BadInput):
        handlers.next_items(ANN, {"order": "alphabetical"})
