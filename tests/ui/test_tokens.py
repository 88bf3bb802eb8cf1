"""A program's token, before a real server process: made on the command line, used as scripts use it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError, AuthenticationError

from tests.browser.conftest import ROOT, serving
from tests.ui.conftest import PASSWORD, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def command(data, *words, said=""):
    done = subprocess.run(
        [sys.executable, "app.py", *words, "--data", str(data), "--json"],
        cwd=ROOT,
        input=said,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A desk with accounts that a real process serves; yields its data folder and its address."""
    data = tmp_path_factory.mktemp("tokens") / "data"
    open_desk(data).database.close()
    command(data, "user", "add", "ann", said=f"{PASSWORD}\n")
    with serving(data) as (address, _):
        yield data, address


def status(address, token):
    return httpx.get(f"{address}/session", headers={"Authorization": f"Bearer {token}"}).status_code


def enter(address, token):
    return Client(address, headers={"Authorization": f"Bearer {token}"}, verbose=False)


def test_a_script_asks_under_its_token_s_name(house):
    data, address = house
    made = command(data, "token", "add", "nightly")
    client = enter(address, made["token"])
    client.predict(1, ["产品召回"], "t1", 1, "", "mallory", api_name="/submit")
    assert client.predict(1, api_name="/item")["truth"]["person"] == "nightly"
    with pytest.raises(AppError, match="Only a lead may do this; nightly is not one"):
        client.predict(["bert"], api_name="/retrain")


def test_a_lead_s_token_brings_files_in_and_takes_files_out(house, tmp_path):
    data, address = house
    made = command(data, "token", "add", "feed", "--role", "lead")
    client = enter(address, made["token"])
    news = tmp_path / "news.csv"
    news.write_text("text,labels\n星河药业再次召回,产品召回\n", encoding="utf-8")
    assert client.predict(handle_file(str(news)), "train", api_name="/import_file")["added"] == 1
    taken = client.predict("csv", api_name="/export_annotations")
    assert Path(taken).read_text(encoding="utf-8-sig").startswith("annotation_id,")


def test_a_token_is_stored_hashed_and_listed_without_itself(house):
    data, _ = house
    made = command(data, "token", "add", "secret-keeper")
    assert len(made["token"]) >= 43
    assert made["token"] not in (data / "triage.db").read_bytes().decode("latin-1")
    assert made["token"] not in json.dumps(command(data, "token", "list"))
    assert "secret-keeper" in [one["name"] for one in command(data, "token", "list")["tokens"]]


def test_a_removed_token_opens_nothing(house):
    data, address = house
    token = command(data, "token", "add", "leaver")["token"]
    assert status(address, token) == 200
    command(data, "token", "remove", "leaver")
    # The server looks every two seconds at what another process has changed.
    deadline = time.monotonic() + 60
    while status(address, token) == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with pytest.raises(AuthenticationError):
        enter(address, token)


@pytest.mark.parametrize("token", ["x", "0" * 43])
def test_a_token_that_nobody_made_opens_nothing(house, token):
    assert status(house[1], token) == 401
    with pytest.raises(AuthenticationError):
        enter(house[1], token)
