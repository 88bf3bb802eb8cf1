import logging

import gradio as gr
import pytest
from starlette.requests import Request

from ui.shown import UNEXPECTED, actor_of, answering, shown
from workflow.errors import BadInput, Conflict
from workflow.roles import ANALYST, LEAD, OPERATOR, Actor


def request(person=""):
    return Request({"type": "http", "headers": [], "actor": Actor(person, ANALYST) if person else None})


def greet(by, name="you"):
    return {"said": f"{by.name} greets {name}"}


def test_an_answer_carries_the_fields_and_the_session_s_person():
    assert answering(greet)({"name": "bob"}, request("ann")) == {"ok": True, "said": "ann greets bob"}


def test_a_refusal_is_an_answer_with_one_sentence():
    def refuse(person):
        raise BadInput("line 3, column date: no date")

    assert answering(refuse)({}, request()) == {"ok": False, "message": "line 3, column date: no date"}


def test_a_conflict_holds_what_the_other_said():
    def clash(person):
        raise Conflict("Somebody was first.", {"person": "bob"})

    answer = answering(clash)({}, request())
    assert not answer["ok"]
    assert answer["conflict"] == {"person": "bob"}


def test_what_nobody_foresaw_goes_to_the_log_and_not_to_the_page(caplog):
    def fail(person):
        raise ZeroDivisionError("secret detail")

    with caplog.at_level(logging.ERROR):
        answer = answering(fail)(None, request())
    assert answer == {"ok": False, "message": UNEXPECTED}
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("fields", [{"by": "mallory"}, {"surname": "x"}])
def test_a_field_that_a_handler_does_not_know_is_refused(fields):
    answer = answering(greet)(fields, request("ann"))
    assert not answer["ok"]


def test_an_answer_hides_no_attribute_of_the_component():
    for name in dir(gr.HTML):
        assert not name.startswith("ask_")
    assert answering(greet).__name__ == "ask_greet"


def test_without_accounts_the_argument_names_a_lead_and_with_one_it_names_nobody():
    assert actor_of(request(), "bob") == Actor("bob", LEAD)
    assert actor_of(request()) == OPERATOR
    assert actor_of(request("ann"), "bob") == Actor("ann", ANALYST)


def test_a_request_that_no_guard_has_seen_is_nobody_s():
    with pytest.raises(KeyError):
        actor_of(Request({"type": "http", "headers": []}))


def test_an_event_s_error_is_one_sentence():
    def refuse():
        raise BadInput("There is no item 7.")

    with pytest.raises(gr.Error) as caught:
        shown(refuse)()
    assert caught.value.message == "There is no item 7."
