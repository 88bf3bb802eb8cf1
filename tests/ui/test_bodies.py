"""What a request may bring: not too much, in the form that is due, and no file that lies elsewhere."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import ADDRESS
from ui import bodies
from ui.bodies import Bodies
from ui.server import build_app


@pytest.fixture
def neighbour():
    """A server that somebody could want the app to ask; yields its address and what it was asked for."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"text\nsecret\n")

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/secret.csv", asked
    server.shutdown()
    server.server_close()


def file_at(path):
    return {"path": path, "orig_name": "a.csv", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    "address", ["{here}", "https://example.org/a.csv", "HTTP://example.org/a.csv", "ftp://example.org/a"]
)
@pytest.mark.parametrize(
    ("route", "call"),
    [
        ("run/import_file", {"data": ["FILE", "train"]}),
        ("run/classify", {"data": ["FILE"]}),
        ("call/import_file", {"data": [["deep", {"in": ["FILE"]}], ""]}),
        ("call/v2/import_file", {"file": "FILE", "split": "train"}),
        ("queue/join", {"data": ["FILE", ""], "fn_index": 0, "session_hash": "s"}),
        ("component_server", {"data": "FILE", "component_id": 1, "fn_name": "ask_setup", "session_hash": "s"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_address_in_a_file_s_place_is_fetched(quiet_web, neighbour, route, call, address):
    """Bug: Gradio's server fetched whatever address a call named, and left the machine for it."""
    here, asked = neighbour

    def with_file(value):
        if isinstance(value, dict):
            return {key: with_file(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [with_file(inner) for inner in value]
        return file_at(address.format(here=here)) if value == "FILE" else value

    answer = quiet_web.post(f"/gradio_api/{route}", json=with_file(call))
    assert answer.status_code == 400
    assert answer.json()["error"] == bodies.ELSEWHERE
    assert asked == []


@pytest.mark.parametrize(
    "content", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_call_is_json_and_says_so(quiet_web, content):
    answer = quiet_web.post("/gradio_api/run/labels", content=b'{"data": [false]}', headers={"content-type": content})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"data": [NaN'])
def test_what_cannot_be_read_is_refused_with_a_sentence(quiet_web, body):
    answer = quiet_web.post("/gradio_api/run/labels", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, bodies.NO_JSON)


@pytest.mark.parametrize("route", ["/gradio_api/run/labels", "/gradio_api/queue/join", "/sign-in", "/sign-out"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in pieces"])
def test_a_call_that_is_too_large_is_refused_unread(quiet_web, route, announced):
    def pieces():
        for _ in range(bodies.LARGEST // 2**16 + 1):
            yield b" " * 2**16

    body = b"".join(pieces()) if announced else pieces()
    answer = quiet_web.post(route, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "4 MB" in answer.json()["error"]


@pytest.mark.parametrize("route", ["/upload?name=a.csv", "/gradio_api/upload"])
def test_a_file_that_announces_itself_too_large_is_refused_before_its_first_byte(desk, route):
    with TestClient(build_app(desk), base_url=ADDRESS) as web:
        method = "PUT" if route.startswith("/upload") else "POST"
        answer = web.request(method, route, content=b"text", headers={"content-length": str(3 * 1024**3)})
    assert answer.status_code == 413
    assert "nothing of it was stored" in answer.json()["error"]
    assert not (desk.data / "uploads").exists()


def heard_behind(*messages):
    """What an app behind the limits hears of a request in these messages, and how often it was called."""
    waiting, heard = list(messages), []

    async def app(scope, receive, send):
        heard.append([(await receive())["type"] for _ in messages])

    async def receive():
        return waiting.pop(0)

    async def send(message):
        pass

    scope = {"type": "http", "method": "POST", "path": "/sign-in", "headers": []}
    asyncio.run(Bodies(app, largest_file=10)(scope, receive, send))
    return heard


def test_what_comes_after_a_body_is_still_heard():
    """Bug: an event stream would never have learnt that its reader had gone."""
    heard = heard_behind({"type": "http.request", "body": b"x"}, {"type": "http.disconnect"})
    assert heard == [["http.request", "http.disconnect"]]


def test_half_a_call_is_not_carried_out():
    assert heard_behind({"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}) == []
