"""Models are loaded once, when they are first needed, and never by the web process for a training."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest

from classifier import lineup
from storage import versions
from storage.tables import Version
from workflow.live_models import LiveModels

ROOT = Path(__file__).parents[2]
ASKING = 8
WEB = """
import sys
import app, ui.server, workflow.use_cases
print([name for name in sys.modules if name in {"torch", "workflow.training_run", "workflow.predict_job", "trl"}])
"""


@pytest.fixture
def loaded(monkeypatch):
    """The directories from which models were loaded; each load takes a moment."""
    found = []

    def load(_classifier, directory):
        sleep(0.05)
        found.append(directory.name)
        return object()

    monkeypatch.setattr(lineup, "load", load)
    return found


def test_of_many_who_ask_at_once_one_loads(spoken, tmp_path, loaded):
    models, barrier = LiveModels(spoken, tmp_path), Barrier(ASKING)

    def ask(_):
        barrier.wait()
        return models.classifier("bert")

    with ThreadPoolExecutor(ASKING) as pool:
        answers = list(pool.map(ask, range(ASKING)))
    assert len(loaded) == 1
    assert len({id(answer.model) for answer in answers}) == 1
    models.classifier("bert")
    assert len(loaded) == 1


def test_after_a_promotion_the_new_version_is_loaded_once(spoken, tmp_path, loaded):
    models = LiveModels(spoken, tmp_path)
    models.classifier("bert")
    with spoken.write() as session:
        versions.make_live(session, versions.add_version(session, Version(classifier="bert")), "better")
    assert [models.classifier("bert").version.number for _ in range(2)] == [6, 6]
    assert len(loaded) == len(set(loaded)) == 2


def test_the_web_process_brings_no_training_and_no_model_before_it_is_asked():
    ended = subprocess.run([sys.executable, "-c", WEB], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr
