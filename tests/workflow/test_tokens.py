import pytest

from workflow.errors import BadInput, NotFound, Refused
from workflow.people import People
from workflow.roles import LEAD, Actor
from workflow.tokens import Tokens, hash_of


@pytest.fixture
def tokens(database):
    return Tokens(database)


def test_a_token_is_known_by_its_hash_alone(tokens):
    token = tokens.add("nightly", LEAD)
    assert tokens.known() == {hash_of(token): Actor("nightly", LEAD)}
    assert token not in tokens.known()


def test_no_two_tokens_are_alike(tokens):
    assert tokens.add("one") != tokens.add("two")
    assert [view.name for view in tokens.list()] == ["one", "two"]


def test_a_name_is_a_person_s_or_a_token_s_but_not_both(tokens, database):
    people = People(database)
    people.add("ann", "correct horse")
    tokens.add("nightly")
    with pytest.raises(Refused, match="already an account 'ann'"):
        tokens.add(" ann ")
    with pytest.raises(Refused, match="already a token 'nightly'"):
        people.add("nightly", "correct horse")
    with pytest.raises(Refused, match="already a token 'nightly'"):
        tokens.add("nightly")


def test_a_removed_token_is_known_no_more(tokens):
    tokens.add("nightly")
    tokens.remove(" nightly ")
    assert tokens.known() == {}
    with pytest.raises(NotFound, match="no token 'nightly'"):
        tokens.remove("nightly")


def test_a_token_has_a_role_that_exists_and_a_name_that_can_be_read(tokens):
    with pytest.raises(BadInput, match="no role 'boss'"):
        tokens.add("nightly", "boss")
    with pytest.raises(BadInput, match="name needs"):
        tokens.add("\x1b[2J")
