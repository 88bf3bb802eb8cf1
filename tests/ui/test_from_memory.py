import gzip
import os
import re

import pytest
from starlette.testclient import TestClient

from ui.from_memory import FOR_EVER, MEDIA, FromMemory, Source
from ui.gradio_build import BUILD, files_ahead
from ui.server import build_app

TEXT = b"const item = 1;\n" * 100


async def nothing(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"passed on"})


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "item.js"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def memory(module):
    sources = {"/ui/item.js": Source(MEDIA[".js"], module.read_bytes, (module,))}
    return TestClient(FromMemory(nothing, sources))


def test_a_file_travels_packed_to_whoever_can_unpack_it(memory):
    plain = memory.get("/ui/item.js", headers={"accept-encoding": "identity"})
    packed = memory.get("/ui/item.js", headers={"accept-encoding": "br, gzip"})
    assert plain.content == packed.content == TEXT
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(TEXT)) < len(TEXT)
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-type"].startswith("text/javascript")


def test_what_the_browser_has_already_is_not_sent_again_until_the_file_changes(memory, module):
    first = memory.get("/ui/item.js")
    again = {"if-none-match": first.headers["etag"]}
    assert first.headers["cache-control"] == "no-cache"
    assert memory.get("/ui/item.js", headers=again).status_code == 304
    module.write_bytes(TEXT + b"// more\n")
    os.utime(module, ns=(1, 1))
    changed = memory.get("/ui/item.js", headers=again)
    assert (changed.status_code, changed.content) == (200, TEXT + b"// more\n")


@pytest.mark.parametrize("path", ["/ui/other.js", "/ui/item.js/", "/ui/", "/"])
def test_every_other_path_is_passed_on(memory, path):
    assert memory.get(path).text == "passed on"


def test_a_write_is_passed_on(memory):
    assert memory.post("/ui/item.js").text == "passed on"


def test_files_with_a_fingerprint_in_their_name_are_kept_for_ever(quiet_web):
    page = quiet_web.get("/").text
    entry = re.search(r'src="\./(assets/[^"]+)"', page)[1]
    assert quiet_web.get(f"/{entry}").headers["cache-control"] == FOR_EVER
    assert quiet_web.get("/ui/triage.js").headers["cache-control"] == "no-cache"


def test_the_theme_s_address_changes_with_the_theme(quiet_web):
    address = re.search(r'href="(theme.css\?v=\w+)"', quiet_web.get("/").text)[1]
    assert "--nt-ground" in quiet_web.get(f"/{address}").text


def test_every_file_that_the_page_names_ahead_is_there(quiet_web):
    named = re.findall(r'<link rel="[^"]+"[^>]*? href="([^"]+)"', quiet_web.get("/").text)
    assert len(named) > 60
    assert {name: status for name in named if (status := quiet_web.get(f"/{name}").status_code) != 200} == {}


def test_what_gradio_asks_for_is_found_in_its_build():
    files = files_ahead(["html", "tabs"])
    assert all((BUILD / "assets" / name).is_file() for name in files)
    assert len(files) == len(set(files))
    for chunk in ("Blocks-", "HTML-", "core-"):
        assert any(name.startswith(chunk) for name in files), chunk


def test_the_page_of_who_is_not_signed_in_gets_no_file_of_gradio(desk):
    desk.people.add("ann", "correct horse battery")
    with TestClient(build_app(desk), base_url="http://127.0.0.1:7860") as client:
        entry = files_ahead(["html"])[0]
        assert client.get(f"/assets/{entry}").status_code == 401
        assert client.get("/theme.css").status_code == 401
        assert client.get("/ui/tokens.css").status_code == 200
