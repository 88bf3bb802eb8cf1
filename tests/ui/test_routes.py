"""Every route there is, Gradio's among them, found in the app's own tables: shut to strangers and to other sites."""

import re

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient, WebSocketDenialResponse

from tests.ui.conftest import ADDRESS, PAGE, PASSWORD, open_desk, sign_in
from ui.answer_headers import SAME_FOR_EVERYBODY
from ui.server import build_app
from workflow.roles import LEAD

EVIL = "http://evil.example"
SAFE = {"GET", "HEAD"}
OPEN = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/healthz")}
"""What a stranger may call; beside it lie only the scripts and styles below /ui/."""
OWN = {
    *OPEN,
    ("POST", "/sign-out"),
    ("GET", "/session"),
    ("PUT", "/upload"),
    ("GET", "/download/disagreements.csv"),
    ("GET", "/download/annotations.{form}"),
    ("GET", "/download/training.{form}"),
    ("GET", "/download/rejects/{name}"),
    ("GET", "/download/bake-off-{job_id}.{form}"),
}
SERVED = {
    "/",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/manifest.json",
    "/static/{path:path}",
    "/assets/{path:path}",
    "/svelte/{path:path}",
    "/gradio_api/app_id",
    "/gradio_api/call/v2/{api_name}",
    "/gradio_api/call/v2/{api_name}/{event_id}",
    "/gradio_api/call/{api_name}",
    "/gradio_api/call/{api_name}/{event_id}",
    "/gradio_api/cancel",
    "/gradio_api/component_server",
    "/gradio_api/heartbeat/{session_hash}",
    "/gradio_api/info",
    "/gradio_api/queue/data",
    "/gradio_api/queue/join",
    "/gradio_api/queue/status",
    "/gradio_api/reset",
    "/gradio_api/run/{api_name}",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/upload",
    "/gradio_api/upload_progress",
}
"""What is served of Gradio's routes; of files only one's own ones, which test_own_files.py tells."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The web process of a desk with accounts."""
    desk = open_desk(tmp_path_factory.mktemp("house") / "data")
    desk.people.add("lin", PASSWORD, LEAD)
    with TestClient(build_app(desk), base_url=ADDRESS, follow_redirects=False) as client:
        yield client
    desk.database.close()


@pytest.fixture
def stranger(house):
    house.cookies.clear()
    return house


@pytest.fixture
def lead(house):
    assert sign_in(house, "lin").status_code == 303
    yield house
    house.cookies.clear()


def walk(app):
    """Yield (method, path) of an app and of those mounted in it."""
    for route in getattr(app, "routes", ()):
        if isinstance(route, Mount):
            inner, prefix = route.app, route.path
        else:
            # FastAPI keeps an included router as one route of its own kind.
            inner, prefix = getattr(route, "original_router", None), ""
        if inner is not None:
            yield from ((method, prefix + path) for method, path in walk(inner))
        else:
            yield from ((method, route.path) for method in route.methods)


def table(client):
    app = client.app
    return sorted(walk(app))


def filled(path):
    """A path with something in each of its places."""
    return re.sub(r"\{\w+(:\w+)?\}", "1", path).replace("bake-off-1.1", "bake-off-1.csv")


def of_gradio(client):
    return [(method, path) for method, path in table(client) if (method, path) not in OWN]


def test_the_table_holds_what_both_frameworks_have(house):
    found = table(house)
    assert set(found) >= OWN
    assert len({path for _, path in of_gradio(house)}) > len(SERVED)


def test_a_stranger_is_sent_to_the_door_from_everywhere(stranger):
    for method, path in table(stranger):
        answer = stranger.request(method, filled(path))
        assert (answer.status_code == 401) != ((method, path) in OPEN), (method, path, answer.status_code)
    for method, path in table(stranger):
        if method == "GET" and (method, path) not in OPEN:
            answer = stranger.get(filled(path), headers=PAGE)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path


def test_a_stranger_learns_nothing_of_paths_that_do_not_exist(stranger):
    for path in ("/nowhere", "/sign-in/../config", "/sign-inn", "/healthz/x", "/uix", "/%2e%2e/config"):
        assert stranger.get(path).status_code == 401, path


def test_a_forged_session_or_token_is_as_good_as_none(stranger):
    forged = {"cookie": "news_triage_session=eyJwZXJzb24iOiAibGluIn0=.aaaa.bbbb"}
    for headers in (
        forged,
        {"authorization": "Bearer x"},
        {"authorization": "Bearer "},
        {"authorization": "Basic bGlu"},
    ):
        for method, path in table(stranger):
            if (method, path) not in OPEN:
                assert stranger.request(method, filled(path), headers=headers).status_code == 401, (path, headers)


@pytest.mark.parametrize("headers", [{"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}], ids=str)
def test_no_write_comes_from_another_site(lead, headers):
    writes = [(method, path) for method, path in table(lead) if method not in SAFE]
    assert len(writes) > 10
    for method, path in writes:
        assert lead.request(method, filled(path), headers=headers).status_code == 403, (method, path)


def test_the_session_s_end_is_not_reached_by_a_link(lead):
    assert lead.get("/sign-out").status_code == 404
    assert lead.get("/logout").status_code == 404
    assert lead.get("/session").json() == {"person": "lin"}


def test_of_gradio_s_routes_only_the_named_ones_are_served(lead):
    shut = {path.rstrip("/") or "/" for _, path in of_gradio(lead)} - SERVED
    assert {"/gradio_api/proxy={url_path:path}", "/gradio_api/vibe-edit", "/monitoring"} <= shut
    for method, path in of_gradio(lead):
        if (path.rstrip("/") or "/") in shut:
            assert lead.request(method, filled(path)).status_code == 404, (method, path)


def test_what_is_served_of_gradio_is_there(lead):
    """A name that Gradio has given up would stay in the table for nothing."""
    assert {path for _, path in of_gradio(lead)} >= SERVED


def test_a_web_socket_is_refused(lead):
    with pytest.raises(WebSocketDenialResponse) as caught, lead.websocket_connect("/gradio_api/queue/join"):
        pass
    assert caught.value.status_code == 403


def test_every_answer_carries_the_headers(lead):
    answers = [lead.request(method, filled(path)) for method, path in table(lead) if method not in SAFE]
    shown = ["/", "/healthz", "/sign-in", "/ui/boot.js", "/ui/nowhere.js", "/config", "/nowhere", "/session"]
    answers += [lead.get(path) for path in [*shown, "/download/annotations.csv", "/download/training.xml"]]
    answers += [lead.options("/config", headers={"origin": EVIL, "access-control-request-method": "POST"})]
    answers += [lead.post("/sign-in", headers={"origin": EVIL})]
    for answer in answers:
        where = (answer.request.method, answer.request.url.path, answer.status_code)
        assert answer.headers["x-content-type-options"] == "nosniff", where
        assert answer.headers["x-frame-options"] == "DENY", where
        assert answer.headers["referrer-policy"] == "same-origin", where
        assert "default-src 'self'" in answer.headers["content-security-policy"], where
        assert "access-control-allow-origin" not in answer.headers, where


def test_no_browser_keeps_an_answer_that_may_hold_news(lead):
    """Guards against the next person at the same machine, who would find it by going back."""
    same_for_everybody = (*SAME_FOR_EVERYBODY, "/favicon.ico", "/theme.css")
    # A heartbeat never ends, and holds nothing.
    paths = [(method, path) for method, path in table(lead) if "heartbeat" not in path and path != "/sign-out"]
    answers = [lead.request(method, filled(path)) for method, path in paths if not path.startswith(same_for_everybody)]
    answers += [lead.post(f"/gradio_api/run/{name}", json={"data": [1]}) for name in ("item", "search", "submit")]
    event = lead.post("/gradio_api/call/item", json={"data": [1]}).json()["event_id"]
    answers += [lead.get(f"/gradio_api/call/item/{event}"), lead.get("/download/training.csv"), lead.get("/nowhere")]
    file = lead.post("/gradio_api/run/export_annotations", json={"data": ["csv"]}).json()["data"][0]
    answers.append(lead.get(file["url"]))
    assert {answer.status_code for answer in answers} > {200, 404}
    for answer in answers:
        where = (answer.request.method, answer.request.url.path, answer.status_code)
        assert answer.headers["cache-control"] == "no-store", where


def test_every_answer_says_what_it_is(lead):
    for path, media in [
        ("/", "text/html"),
        ("/ui/boot.js", "text/javascript"),
        ("/ui/all.css", "text/css"),
        ("/session", "application/json"),
        ("/nowhere", "application/json"),
        ("/download/annotations.csv", "text/csv"),
        ("/download/annotations.jsonl", "application/x-ndjson"),
    ]:
        assert lead.get(path).headers["content-type"].startswith(media), path


def test_a_failure_that_nobody_foresaw_is_a_sentence_with_the_headers(tmp_path, monkeypatch):
    desk = open_desk(tmp_path / "data")
    monkeypatch.setattr(type(desk.exporting), "annotations", property(lambda _: 1 / 0))
    with TestClient(build_app(desk), base_url=ADDRESS, raise_server_exceptions=False) as client:
        answer = client.get("/download/annotations.csv")
    assert answer.status_code == 500
    assert "went wrong" in answer.json()["error"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    desk.database.close()
