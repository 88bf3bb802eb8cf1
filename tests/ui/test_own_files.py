"""Files belong to who brought them or asked for them; nobody else finds them, whatever path they name."""

from pathlib import Path

import pytest

from tests.ui.conftest import open_desk, signed_in
from workflow.roles import LEAD

FILE = "/gradio_api/file="


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = open_desk(tmp_path_factory.mktemp("own") / "data")
    yield desk
    desk.database.close()


@pytest.fixture(scope="module")
def people(desk):
    """Two leads, each in a browser of their own, before one server."""
    with signed_in(desk, "lin", "wang", role=LEAD) as browsers:
        yield browsers


def export(client):
    return client.post("/gradio_api/run/export_annotations", json={"data": ["csv"]}).json()["data"][0]


def test_an_export_is_for_the_person_who_asked(people, desk):
    lin, wang = people
    desk.triage.submit(1, ["产品召回"], "token", 1)
    file = export(lin)
    assert "产品召回" in lin.get(file["url"]).text
    assert wang.get(file["url"]).status_code == 404
    assert wang.get(FILE + file["path"]).status_code == 404
    assert export(wang)["path"] != file["path"]


@pytest.mark.parametrize(
    "path",
    [
        "{data}/session.key",
        "{data}/triage.db",
        "{own}/../../../session.key",
        "{own}/..%2f..%2f..%2fsession.key",
        "{own}/%2e%2e/%2e%2e/%2e%2e/session.key",
        "{own}/link",
        "{own}",
        "/etc/passwd",
        "../../../../../../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:7860/healthz",
        "https://example.org/",
        "%00",
        "",
    ],
)
def test_no_path_leads_out_of_one_s_own_files(people, desk, path):
    lin, _ = people
    own = Path(export(lin)["path"]).parent.parent
    if not (own / "link").is_symlink():
        (own / "link").symlink_to(desk.data / "session.key")
    for route in (FILE, "/gradio_api/file/", "/file=", "/gradio_api/stream/", "/gradio_api/proxy="):
        answer = lin.get(route + path.format(data=desk.data, own=own))
        assert answer.status_code in (400, 404), (route, answer.status_code)
        assert (desk.data / "session.key").read_text(encoding="ascii") not in answer.text


@pytest.mark.parametrize(
    "path", ["../session.key", "..%2f..%2fsession.key", "%2e%2e/triage.db", "rejects-%2f..%2f..%2fsession.key"]
)
def test_no_download_leads_out_of_the_exports(people, path):
    lin, _ = people
    for route in ("/download/rejects/", "/ui/", "/static/", "/assets/", "/svelte/"):
        assert lin.get(route + path).status_code in (403, 404), route


def test_an_upload_is_for_the_person_who_brought_it(people):
    lin, wang = people
    token = lin.put("/upload", params={"name": "news.csv"}, content="text\n一条新闻\n".encode()).json()["upload"]
    assert look(lin, token)["ok"]
    assert look(wang, token) == {"ok": False, "message": "The file is not here any more; choose it once more."}
    forgotten = ask(wang, "forget", {"upload": token})
    assert forgotten["ok"]
    assert look(lin, token)["ok"]


def test_what_was_uploaded_for_a_call_is_sent_to_nobody(people):
    lin, _ = people
    path = lin.post("/gradio_api/upload", files={"files": ("news.html", b"<script>1</script>")}).json()[0]
    assert lin.get(FILE + path).status_code == 404


def look(client, token):
    return ask(client, "look", {"upload": token})


def ask(client, name, fields):
    components = client.get("/config").json()["components"]
    (number,) = (one["id"] for one in components if one["props"].get("elem_id") == "view-importing")
    call = {"component_id": number, "fn_name": f"ask_{name}", "data": fields, "session_hash": "s"}
    return client.post("/gradio_api/component_server", json=call).json()
