import pytest

from ui.retrain import RetrainHandlers
from workflow.errors import NotFound, Refused


@pytest.fixture
def handlers(desk):
    return RetrainHandlers(desk)


def correct(desk, item_id=1):
    desk.triage.submit(item_id, ["产品召回"], f"token-{item_id}", None, person="ann")


def test_the_plan_counts_the_corrections_since_the_live_versions(handlers, desk):
    assert handlers.state("ann")["plan"].new_annotations == 0
    correct(desk)
    assert handlers.state("ann")["plan"].new_annotations == 1


def test_one_click_retrains_all_three(handlers, desk):
    correct(desk)
    job = handlers.start("ann")["job"]
    assert (job.status, job.classifiers, job.person) == ("queued", ("bert", "llm_head", "prompt"), "ann")


def test_a_second_click_is_refused_and_both_tabs_see_the_same_job(handlers, desk):
    correct(desk)
    job = handlers.start("ann")["job"]
    with pytest.raises(Refused, match=str(job.id)):
        handlers.start("bob")
    assert [one.id for one in handlers.state("bob")["jobs"]] == [job.id]


def test_a_job_that_waits_is_cancelled(handlers, desk):
    correct(desk)
    job = handlers.start("ann")["job"]
    assert handlers.cancel("ann", job.id)["job"].status == "cancelled"


def test_a_job_that_does_not_exist_is_refused(handlers):
    with pytest.raises(NotFound):
        handlers.job("ann", 999)


def test_versions_and_metrics_are_those_of_the_live_ones(handlers):
    state = handlers.state("ann")
    assert {version.classifier for version in state["versions"]} == {"bert", "llm_head", "prompt"}
    assert state["metrics"]["bert"]["micro_f1"] == 0.9
    assert set(state["labels"]) == {"产品召回", "股权质押", "业绩预告"}


def test_a_version_without_one_before_cannot_be_rolled_back(handlers):
    with pytest.raises(Refused):
        handlers.rollback("ann", "bert")
