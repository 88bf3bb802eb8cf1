import pytest

from storage.tables import Job
from tests.ui.conftest import ANN
from ui.bakeoff import BakeOffHandlers
from ui.triage import TriageHandlers
from workflow.bakeoff.bake_offs import Wish
from workflow.errors import BadInput, NotFound, Refused

WISH = {"recipes": ["bert", "prompt"], "amounts": ["all", "25%"], "seeds": 2}


@pytest.fixture
def handlers(desk):
    return BakeOffHandlers(desk)


def learn(desk):
    desk.triage.submit(1, ["产品召回"], "token", None, person="ann")


def test_the_plan_counts_a_reference_for_each_choice_of_items(handlers):
    plan = handlers.plan(ANN, **WISH)["plan"]
    assert (plan.runs, plan.recipes, plan.running_job) == (11, 2, None)
    assert plan.expected_seconds > 60


def test_seeds_are_a_few(handlers):
    for seeds in (0, 11):
        with pytest.raises(BadInput, match="from 1 to 10"):
            handlers.plan(ANN, **WISH | {"seeds": seeds})


def test_nothing_is_compared_where_nothing_can_be_learned(handlers):
    with pytest.raises(Refused, match="nothing to learn from"):
        handlers.start(ANN, **WISH)


def test_before_the_first_bake_off_there_is_none(handlers):
    assert handlers.state(ANN) == {"bake_offs": [], "chosen": None, "job": None, "mark": ""}
    with pytest.raises(NotFound):
        handlers.table(ANN, 1)


def test_the_newest_bake_off_is_shown_unless_another_is_chosen(handlers, desk):
    learn(desk)
    first = handlers.start(ANN, **WISH)["id"]
    handlers.cancel(ANN, first)
    second = handlers.start(ANN, **WISH)["id"]
    assert handlers.state(ANN)["chosen"] == second
    assert handlers.state(ANN, bake_off=first)["job"].status == "cancelled"
    assert [row.state for row in handlers.table(ANN, second)["table"].rows] == ["waiting"] * 11


def test_the_mark_changes_with_the_rows(handlers, desk):
    learn(desk)
    job_id = handlers.start(ANN, **WISH)["id"]
    before = handlers.state(ANN)["mark"]
    assert handlers.state(ANN)["mark"] == before
    with desk.database.write() as session:
        session.get(Job, job_id).metrics = {"failed": {"2": "The disk is full."}}
    assert handlers.state(ANN)["mark"] != before


def test_a_silent_classifier_is_not_waited_for_while_a_bake_off_runs(handlers, desk):
    learn(desk)
    handlers.start(ANN, **WISH)
    assert TriageHandlers(desk).progress(ANN, 1)["job"] is None


def test_a_table_is_sent_as_a_file(desk, web):
    learn(desk)
    job_id = desk.bake_offs.start(Wish(["bert"]))
    sent = web.get(f"/download/bake-off-{job_id}.csv")
    assert sent.status_code == 200
    assert sent.text.splitlines()[1].startswith("1,reference,reference,all,0,waiting")
    assert web.get(f"/download/bake-off-{job_id}.md").text.startswith("| recipe | data |")
    assert web.get("/download/bake-off-99.csv").status_code == 404
