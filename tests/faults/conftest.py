"""Processes to kill, and a data folder on which tiny real classifiers were trained."""

import pytest

from classifier.profiles import PROFILES
from tests.browser.desks import make_desk
from tests.faults.processes import WEB, WORKER, Processes
from tests.workflow.training.conftest import trained, trained_folder
from workflow.use_cases import build

__all__ = ["trained", "trained_folder"]


@pytest.fixture
def cases(tmp_path):
    """The use cases of a desk whose models have spoken, and are not there."""
    opened = build(make_desk(tmp_path / "data", items=40), None, PROFILES["starter"])
    yield opened
    opened.database.close()


@pytest.fixture
def web_processes():
    """Starts commands in processes that have imported the web."""
    started = Processes(WEB)
    yield started
    started.end()


@pytest.fixture
def worker_processes():
    """Starts commands in processes that have imported the models' libraries."""
    started = Processes(WORKER)
    yield started
    started.end()
