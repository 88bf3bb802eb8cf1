"""Several saves of one item at the same moment: one annotation, or a conflict that shows both; never a silent loss."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from starlette.testclient import TestClient

from tests.browser.desks import NAMED
from tests.conftest import write_jsonl
from tests.faults.processes import query
from ui.server import build_app
from workflow.errors import Conflict
from workflow.roles import LEAD, Actor

AT_ONCE = 12
ITEM = 7


@pytest.fixture
def web(cases):
    with TestClient(build_app(cases), base_url="http://127.0.0.1:7860") as client:
        yield client


def at_once(act, count=AT_ONCE):
    """Do something from many threads in the same moment; returns what came of each, conflicts too."""
    barrier = Barrier(count)

    def attempt(number):
        barrier.wait()
        try:
            return act(number)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(attempt, range(count)))


def stored(cases):
    return query(cases.data, "SELECT person, labels FROM annotation WHERE item_id = ? ORDER BY id", ITEM)


def labels(cases):
    return cases.triage.item(ITEM).truth.labels


def ask(web, endpoint, *values):
    answer = web.post(f"/gradio_api/run/{endpoint}", json={"data": list(values)})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"][0]


def test_one_click_that_arrives_many_times_is_one_annotation(cases):
    saved = at_once(lambda _: cases.triage.submit(ITEM, NAMED[:1], "one token", 1))
    assert sorted(answer.repeated for answer in saved) == [False] + [True] * (AT_ONCE - 1)
    assert len({answer.annotation_id for answer in saved}) == len(stored(cases)) == 1


def test_of_many_people_one_is_first_and_the_others_see_both(cases):
    saved = at_once(lambda n: cases.triage.submit(ITEM, [NAMED[n % 8]], f"token {n}", 1, person=f"person {n}"))
    conflicts = [answer for answer in saved if isinstance(answer, Conflict)]
    ((first, said),) = stored(cases)
    assert len(conflicts) == AT_ONCE - 1
    assert {(other.other["person"], *other.other["labels"]) for other in conflicts} == {(first, *json.loads(said))}
    assert {str(other) for other in conflicts} == {
        f"{first} has changed this item since you opened it; your labels are not saved yet."
    }
    # Whoever saves over it, knowing what they were shown, is stored beside it.
    again = cases.triage.submit(ITEM, NAMED[:2], "again", conflicts[0].other["row_version"], person="second")
    assert not again.repeated
    assert [person for person, _ in stored(cases)] == [first, "second"]
    assert set(labels(cases)) == set(NAMED[:2])


def test_two_tabs_of_one_person_over_http(web, cases):
    saved = at_once(lambda n: ask(web, "submit", ITEM, [NAMED[n]], f"tab {n}", 1, "", "ann"), 2)
    (conflict,) = [answer for answer in saved if "conflict" in answer]
    ((_, said),) = stored(cases)
    assert conflict["conflict"]["labels"] == json.loads(said)


def test_a_save_whose_answer_was_lost_may_be_repeated_even_after_somebody_else_came(web, cases):
    first = ask(web, "submit", ITEM, [NAMED[0]], "lost", 1, "", "ann")
    ask(web, "submit", ITEM, [NAMED[1]], "later", 2, "", "bob")
    again = ask(web, "submit", ITEM, [NAMED[0]], "lost", 1, "", "ann")
    assert (again["repeated"], again["annotation_id"]) == (True, first["annotation_id"])
    assert labels(cases) == (NAMED[1],)
    assert len(stored(cases)) == 2


def conflict_of(cases, item_id=ITEM):
    with pytest.raises(Conflict) as refusal:
        cases.triage.submit(item_id, [NAMED[3]], "mine", 1, person="ann")
    return str(refusal.value).split(" has changed")[0], refusal.value.other


def test_an_import_that_changed_the_item_is_shown_with_its_labels(cases, tmp_path):
    """Bug: the notice said that nobody had said anything."""
    news = {"text": "一条没有标签的新闻"}
    cases.importing.run(write_jsonl(tmp_path / "open.jsonl", [news]))
    ((item_id,),) = query(cases.data, "SELECT id FROM item WHERE import_id IS NOT NULL")
    labelled = write_jsonl(tmp_path / "labelled.jsonl", [news | {"labels": [NAMED[5]]}])
    cases.importing.run(labelled, by=Actor("bob", LEAD))
    who, other = conflict_of(cases, item_id)
    assert (who, other["person"], other["labels"]) == ("An import", "bob", [NAMED[5]])


def test_whoever_takes_back_or_puts_aside_is_shown_with_the_labels_that_stand_then(cases):
    """Bug: the notice said that they had said that there is no label."""
    cases.triage.submit(ITEM, [NAMED[0]], person="bob")
    cases.triage.submit(ITEM, [NAMED[1]], person="bob")
    cases.triage.undo("bob")
    who, other = conflict_of(cases)
    assert (who, other["labels"]) == ("bob", [NAMED[0]])
    cases.triage.flag(ITEM, "which of them?", person="eve")
    who, other = conflict_of(cases)
    assert (who, other["note"], other["labels"]) == ("eve", "which of them?", [NAMED[0]])
    assert labels(cases) == (NAMED[0],)
