"""Processes to kill, and a data folder on which tiny real classifiers were trained."""

import pytest

from tests.faults.processes import WEB, WORKER, Processes
from tests.workflow.training.conftest import trained, trained_folder

__all__ = ["trained", "trained_folder"]


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
