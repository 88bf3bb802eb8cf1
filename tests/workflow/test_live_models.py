"""Models are loaded once, when they are first needed, and never by the web process for a training."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from time import sleep

import pytest

from classifier import lineup
from storage import versions
from storage.tables import Version
from workflow.errors import Loading, Unavailable
from workflow.live import Live
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.triage import Triage

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


@pytest.fixture
def slow(monkeypatch):
    """A disk from which a model comes when it is `done`; says how many models were being read at once."""

    class Disk:
        done, at_once, reading = Event(), [], 0

        def load(self, classifier, _directory):
            self.reading += 1
            self.at_once.append(self.reading)
            self.done.wait(60)
            self.reading -= 1
            if classifier == "llm_head":
                raise ValueError("torn")
            return object()

    disk = Disk()
    monkeypatch.setattr(lineup, "load", disk.load)
    yield disk
    disk.done.set()


def test_who_has_no_patience_is_told_that_a_model_is_being_loaded_and_finds_it_later(spoken, tmp_path, slow):
    models = LiveModels(spoken, tmp_path)
    for _ in range(3):
        with pytest.raises(Loading, match=r"^Version 5 of bert is being loaded\.$"):
            models.classifier("bert", 0.01)
    slow.done.set()
    assert models.classifier("bert").version.number == 5
    assert models.classifier("bert", 0) is models.classifier("bert")
    assert slow.at_once == [1]


def test_models_are_loaded_one_after_the_other_and_one_that_fails_holds_up_nobody(spoken, tmp_path, slow):
    models = LiveModels(spoken, tmp_path)
    for name in ("bert", "llm_head", "prompt"):
        with pytest.raises(Loading):
            models.classifier(name, 0.01)
    slow.done.set()
    assert models.classifier("prompt").version.number == 7
    with pytest.raises(Unavailable, match="The files of llm_head, version 6, cannot be read"):
        models.classifier("llm_head")
    assert slow.at_once == [1, 1, 1]
    with pytest.raises(Unavailable):
        models.classifier("llm_head")
    assert len(slow.at_once) == 4, "what failed is tried anew"


def test_an_item_of_which_prompt_is_asked_again_tells_that_it_is_being_loaded(spoken, tmp_path, slow):
    models = LiveModels(spoken, tmp_path)
    neighbours = Neighbours(spoken, models)
    triage = Triage(spoken, Live(spoken, models, neighbours), neighbours)
    result = triage.ask_again(1, patience=0.01)
    assert (result.item.id, result.loading) == (1, ("prompt",))
    assert result.unavailable["prompt"] == "Version 7 of prompt is being loaded."
    assert result.classifiers["prompt"].labels == ("产品召回",)


def test_the_web_process_brings_no_training_and_no_model_before_it_is_asked():
    ended = subprocess.run([sys.executable, "-c", WEB], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr
