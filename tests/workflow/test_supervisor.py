import pytest

from storage import jobs
from storage.tables import JobStatus
from workflow.supervisor import QUICK_DEATHS, Supervisor
from workflow.worker import DATABASE_VARIABLE, worker_lock


class Child:
    def __init__(self, command, **options):
        self.command, self.options = command, options
        self.status = None
        self.terminated = False

    def poll(self):
        return self.status

    def terminate(self):
        self.terminated = True


class Spawner(list):
    def __call__(self, command, **options):
        self.append(Child(command, **options))
        return self[-1]


@pytest.fixture
def children():
    return Spawner()


@pytest.fixture
def supervisor(database, tmp_path, children):
    return Supervisor(database, tmp_path, ["worker"], spawn=children)


@pytest.fixture
def job(database):
    with database.write() as session:
        return jobs.add_job(session, jobs.RETRAIN, ["bert"]).id


def test_no_worker_is_started_while_nothing_waits(supervisor, children):
    supervisor.ensure()

    assert children == []


def test_one_worker_is_started_for_a_waiting_job(supervisor, children, job, database):
    supervisor.ensure()
    supervisor.ensure()

    assert [child.command for child in children] == [["worker"]]
    assert children[0].options["env"][DATABASE_VARIABLE] == database.url
    assert database.url not in children[0].command


def test_a_worker_that_died_is_followed_by_another(supervisor, children, job):
    supervisor.ensure()
    children[0].status = -9
    supervisor.ensure()

    assert len(children) == 2


def test_a_worker_that_somebody_else_started_is_enough(supervisor, children, job, tmp_path):
    with worker_lock(tmp_path):
        supervisor.ensure()

    assert children == []


def test_a_worker_that_never_starts_fails_the_job_with_a_sentence(supervisor, children, job, database):
    for _ in range(QUICK_DEATHS):
        supervisor.ensure()
        children[-1].status = 1
    supervisor.ensure()

    assert len(children) == QUICK_DEATHS
    with database.read() as session:
        failed = jobs.get_job(session, job)
    assert failed.status == JobStatus.FAILED
    assert "worker.log" in failed.message


def test_stopping_asks_an_own_worker_to_put_its_job_back(supervisor, children, job):
    supervisor.ensure()
    supervisor.stop()

    assert children[0].terminated
