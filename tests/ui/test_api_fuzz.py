"""Whatever an endpoint is sent, it answers with a value or with one sentence, and what it refuses changes nothing.

The endpoints are the running app's own list, so that a new one is asked too.
"""

import json

import pytest

from tests.workflow.test_nasty_files import dump

pytestmark = pytest.mark.slow
DEEP, LONG = 900, 10_000_000


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


WRONG = {
    "nothing": None,
    "true": True,
    "negative": -1,
    "beyond 64 bits": 2**63,
    "a hundred digits": 10**100,
    "a fraction": 0.5,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "no text": "",
    "half a character": "\ud800",
    "nought": "\0",
    "an escape": "\x1b[31m${7*7}{{7*7}}%s",
    "a long text": "x" * LONG,
    "a path": "../../../../etc/passwd",
    "a list": [1, None, "x", [], {}],
    "a deep list": nested(DEEP),
    "an object": {"id": {"$gt": ""}, "path": "/etc/passwd", "text": 5, "order": [], "\ud800": None},
    "many": ["x"] * 10_000,
}


@pytest.fixture(scope="module")
def endpoints(quiet_web):
    """Every named endpoint with how many values it takes."""
    named = quiet_web.get("/gradio_api/info").json()["named_endpoints"]
    return {name: len(endpoint["parameters"]) for name, endpoint in named.items()}


def ask(web, name, values):
    body = json.dumps({"data": values})
    return web.post(f"/gradio_api/run{name}", content=body, headers={"content-type": "application/json"})


def is_one_sentence(text):
    return isinstance(text, str) and 0 < len(text) <= 600 and text.isprintable() and "Traceback" not in text


def refused_well(answer):
    """Gradio tells a handler's error with status 500; what matters is that it is the app's sentence."""
    if answer.status_code == 200:
        return True
    told = answer.json()
    return is_one_sentence(told.get("error") or told.get("detail") or "")


@pytest.mark.parametrize("kind", WRONG)
def test_no_endpoint_fails_otherwise_than_in_one_sentence(web, desk, endpoints, kind, caplog):
    before, wrong = dump(desk.database), {}
    for name, count in endpoints.items():
        answer = ask(web, name, [WRONG[kind]] * count)
        if not refused_well(answer) or "unexpected error" in caplog.text:
            wrong[name] = answer.status_code, answer.text[:300], caplog.text[-1500:]
        caplog.clear()
        if answer.status_code != 200:
            after = dump(desk.database)
            assert after == before, name
        before = dump(desk.database)
    assert wrong == {}


@pytest.mark.parametrize("values", [[], [1] * 40, None, {"item_id": 1}, "1", 7], ids=repr)
def test_a_wrong_number_of_values_is_refused_and_changes_nothing(web, desk, endpoints, values):
    for name in endpoints:
        before = dump(desk.database)
        answer = ask(web, name, values)
        assert "Traceback" not in answer.text
        if answer.status_code != 200:
            assert answer.text.isprintable(), name
            assert dump(desk.database) == before, name


ODD = ["", "x" * 5_000, "%00", "%ff%fe", "..%2f..%2fsession.key", "%1b%5b31m", "-1", "9" * 30, "%F0%9F%98%80"]


@pytest.mark.parametrize("odd", ODD)
def test_a_plain_route_answers_what_is_odd_with_an_error_of_the_asker(web, desk, odd):
    before = dump(desk.database)
    asked = [f"/download/rejects/{odd}", f"/download/bake-off-{odd}.csv", f"/download/annotations.{odd}", f"/ui/{odd}"]
    asked += [f"/download/disagreements.csv?{field}={odd}x" for field in ("order", "columns")]
    for path in asked:
        answer = web.get(path)
        assert 400 <= answer.status_code < 500, (path[:80], answer.status_code)
        assert "Traceback" not in answer.text
    assert dump(desk.database) == before
