import sqlite3

import pytest

from workflow.errors import BadInput, NotFound, Refused
from workflow.people import People


@pytest.fixture
def people(database):
    return People(database)


def test_an_account_lets_in_with_its_password_only(people):
    people.add("王芳", "correct horse", "lead")

    assert people.check("王芳", "correct horse").actor.role == "lead"
    assert people.check("王芳", "wrong horse!") is None
    assert people.check("nobody", "correct horse") is None


def test_the_password_is_not_in_the_database(people, tmp_path):
    people.add("ann", "correct horse")

    stored = sqlite3.connect(tmp_path / "triage.db").execute("SELECT password_hash FROM person").fetchone()[0]
    assert stored.startswith("$argon2")
    assert "correct" not in stored


def test_a_name_is_given_once_however_it_is_spaced(people):
    people.add("ann lee", "correct horse")

    with pytest.raises(Refused, match="already an account 'ann lee'"):
        people.add("  ann   lee ", "another horse")
    assert people.check(" ann  lee", "correct horse")


@pytest.mark.parametrize("password", ["short", "x" * 1001])
def test_a_password_that_is_too_short_or_endless_is_refused(people, password):
    with pytest.raises(BadInput, match="8 to 1,000 characters"):
        people.add("ann", password)
    assert not people.any()


def test_an_unknown_role_and_an_empty_name_are_refused(people):
    with pytest.raises(BadInput, match="no role 'boss'"):
        people.add("ann", "correct horse", "boss")
    with pytest.raises(BadInput, match="name needs"):
        people.add(" \n", "correct horse")


def test_a_changed_password_replaces_the_old_one(people):
    people.add("ann", "correct horse")
    people.change_password("ann", "another horse")

    assert people.check("ann", "another horse")
    assert people.check("ann", "correct horse") is None


def test_a_removed_account_is_gone_and_cannot_be_removed_again(people):
    people.add("ann", "correct horse")
    people.remove("ann")

    assert people.list() == []
    with pytest.raises(NotFound, match="no account 'ann'"):
        people.remove("ann")
