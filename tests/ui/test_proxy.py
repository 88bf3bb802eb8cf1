"""Whom a real server process believes about where a request comes from: a proxy that it was told of, or nobody."""

import httpx
import pytest

from tests.browser.conftest import serving
from tests.ui.conftest import PASSWORD, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def data(tmp_path):
    desk = open_desk(tmp_path / "data")
    desk.people.add("ann", PASSWORD)
    desk.database.close()
    return tmp_path / "data"


def guess(address, number):
    form = {"name": "ann", "password": "wrong"}
    return httpx.post(f"{address}/sign-in", data=form, headers={"x-forwarded-for": f"192.0.2.{number}"}, timeout=60)


def test_nobody_gets_more_tries_by_saying_that_they_are_somewhere_else(data):
    """Bug: whoever was on this machine could name a new address with every try."""
    with serving(data) as (address, _):
        assert [guess(address, number).status_code for number in range(11)] == [401] * 10 + [429]


def test_behind_a_proxy_each_address_has_its_own_tries_and_the_cookie_is_for_https(data):
    with serving(data, flags=["--https"]) as (address, _):
        assert [guess(address, 1).status_code for _ in range(11)] == [401] * 10 + [429]
        assert guess(address, 2).status_code == 401
        answer = httpx.post(
            f"{address}/sign-in",
            data={"name": "ann", "password": PASSWORD},
            headers={"x-forwarded-for": "192.0.2.3", "x-forwarded-proto": "https", "origin": address},
            timeout=60,
        )
        assert answer.status_code == 303
        assert "; secure" in answer.headers["set-cookie"].lower()
