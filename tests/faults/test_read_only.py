"""A data folder that nobody may write to: every command says so in one sentence, and nothing in it changes."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.browser.desks import make_desk
from tests.faults.processes import ROOT, query
from workflow.faults import SENTENCES, Fault

AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")
"""The root of a container may write everywhere, unless this right is taken from it."""


@pytest.fixture
def folder(tmp_path):
    data = make_desk(tmp_path / "data", items=20)
    for path in (*data.iterdir(), data):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield data
    for path in (data, *data.iterdir()):
        path.chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("import", "README.md"), ("user", "list")])
def test_it_is_told_and_left_alone(folder, words):
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    prefix = AS_ANYBODY if os.geteuid() == 0 else ()
    ended = subprocess.run(
        [*prefix, sys.executable, "app.py", *words, "--data", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (1, f"{SENTENCES[Fault.READ_ONLY]}\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    folder.chmod(0o755)
    assert query(folder, "SELECT count(*) FROM item") == [(20,)]
