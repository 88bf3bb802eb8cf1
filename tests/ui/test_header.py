from storage.tables import Annotation
from tests.ui.conftest import ANN, BOB
from ui.header import HeaderHandlers
from workflow.roles import OPERATOR


def test_without_accounts_nobody_is_named(desk):
    assert HeaderHandlers(desk).who(OPERATOR) == {"person": "", "experienced": False}


def test_with_accounts_the_person_is_named(desk):
    desk.people.add("ann", "correct horse battery")
    assert HeaderHandlers(desk).who(ANN)["person"] == "ann"


def test_who_has_annotated_needs_no_tour_and_others_still_do(desk):
    desk.triage.skip(1, person="ann")
    assert HeaderHandlers(desk).who(ANN)["experienced"]
    assert not HeaderHandlers(desk).who(BOB)["experienced"]


def test_who_took_everything_back_may_be_shown_around(desk):
    desk.triage.skip(1, person="ann")
    desk.triage.undo("ann")
    assert not HeaderHandlers(desk).who(ANN)["experienced"]
    with desk.database.read() as session:
        assert session.query(Annotation).count() == 2
