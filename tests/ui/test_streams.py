"""An event stream of the queue is its person's: nobody else reads it, adds to it or ends it, even knowing its name."""

import json

import pytest

from tests.ui.conftest import open_desk, signed_in

STREAM = {"session_hash": "lins-stream"}
ITEM = 2


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Two analysts, each in a browser of their own, before one server."""
    desk = open_desk(tmp_path_factory.mktemp("streams") / "data")
    with signed_in(desk, "lin", "wang") as browsers:
        yield browsers
    desk.database.close()


def join(client):
    calls = client.get("/config").json()["dependencies"]
    (number,) = (call["id"] for call in calls if call["api_name"] == "item")
    return client.post("/gradio_api/queue/join", json=STREAM | {"fn_index": number, "data": [ITEM]})


def test_a_stream_is_read_by_its_person_alone(people):
    lin, wang = people
    assert join(lin).status_code == 200
    refused = wang.get("/gradio_api/queue/data", params=STREAM)
    assert (refused.status_code, refused.json()) == (404, {"error": "There is nothing here."})
    sent = lin.get("/gradio_api/queue/data", params=STREAM).text.splitlines()
    messages = [json.loads(line.removeprefix("data:")) for line in sent if line]
    (done,) = (message for message in messages if message["msg"] == "process_completed")
    assert done["output"]["data"][0]["item"]["id"] == ITEM


def test_an_answer_is_fetched_by_whoever_called_alone(people):
    lin, wang = people
    for way in ("call", "call/v2"):
        sent = {"data": [ITEM]} if way == "call" else {"item_id": ITEM}
        event = lin.post(f"/gradio_api/{way}/item", json=sent).json()["event_id"]
        for path in (f"{way}/item/{event}", f"{way}/item/{event}/", f"call/v2/{event}"):
            assert wang.get(f"/gradio_api/{path}").status_code == 404
        assert wang.get("/gradio_api/queue/data", params={"session_hash": event}).status_code == 404
        assert "event: complete" in lin.get(f"/gradio_api/{way}/item/{event}").text


def test_nobody_else_adds_to_a_stream_or_ends_it(people):
    lin, wang = people
    event = join(lin).json()["event_id"]
    assert join(wang).status_code == 404
    assert wang.post("/gradio_api/call/item", json=STREAM | {"data": [ITEM]}).status_code == 404
    for named in (STREAM, {"event_id": event}, {"session_hash": "wangs-stream", "event_id": event}):
        body = {"fn_index": 0, "session_hash": "", "event_id": ""} | named
        assert wang.post("/gradio_api/cancel", json=body).status_code == 404
    assert event in lin.get("/gradio_api/queue/data", params=STREAM).text


def test_a_stream_that_nobody_began_is_nobody_s(people):
    lin, _ = people
    assert lin.get("/gradio_api/queue/data", params={"session_hash": "unheard-of"}).status_code == 404
    assert lin.get("/gradio_api/call/item/unheard-of").status_code == 404


def test_however_many_streams_are_begun_few_are_remembered(people, monkeypatch):
    lin, _ = people
    monkeypatch.setattr("ui.streams.MOST_NAMES", 2)
    events = [lin.post("/gradio_api/call/item", json={"data": [ITEM]}).json()["event_id"] for _ in range(3)]
    found = [lin.get(f"/gradio_api/call/item/{event}").status_code for event in events]
    assert found == [404, 200, 200]
