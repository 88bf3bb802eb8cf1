import shutil

import pytest
from sqlalchemy import select, update

from storage import jobs, versions
from storage.tables import Label, Version, VersionStatus
from workflow.annotating import Said, annotate
from workflow.errors import BadInput, NotFound, Refused
from workflow.roles import LEAD, Actor
from workflow.version_files import version_directory

OPEN = 150


def correct(desk, item_id, *labels):
    with desk.database.write() as session:
        annotate(session, Said(item_id, "submitted", "ann", labels=labels))


def test_the_plan_counts_corrections_since_the_live_versions(trained):
    assert trained.retraining.plan(["bert"]).new_annotations == 0

    correct(trained, OPEN, "股权质押")
    correct(trained, OPEN, "股权质押", "高管减持")
    correct(trained, OPEN + 1, "股权质押")
    plan = trained.retraining.plan(["bert", "llm_head"])

    # The same item corrected twice is one thing to learn.
    assert (plan.new_annotations, plan.labels_touched) == (2, 2)
    assert plan.since == {"bert": 1, "llm_head": 1}
    assert plan.last_seconds > 0
    assert plan.running_job is None


def test_a_click_queues_a_job_and_starts_a_worker(desk):
    job = desk.retraining.start(by=Actor("ann", LEAD))

    assert (job.status, job.person, job.classifiers) == ("queued", "ann", ("bert", "llm_head", "prompt"))
    assert desk.spawned == [["worker"]]
    assert desk.retraining.plan().running_job == job.id


def test_a_second_click_is_refused_with_the_number_of_the_job(desk):
    job = desk.retraining.start()

    with pytest.raises(Refused, match=f"Job {job.id} is retraining already"):
        desk.retraining.start()


def test_a_retraining_without_anything_to_learn_from_is_refused(desk):
    with desk.database.write() as session:
        session.execute(update(Label).values(archived_at=select(Label.created_at).limit(1).scalar_subquery()))

    with pytest.raises(Refused, match="nothing to learn from"):
        desk.retraining.start()


def test_unknown_classifiers_are_refused(desk):
    with pytest.raises(BadInput, match="no classifier 'svm'"):
        desk.retraining.start(["svm"])
    with pytest.raises(BadInput, match="at least one"):
        desk.retraining.start([])


def test_a_waiting_job_is_cancelled_at_once_and_only_once(desk):
    job = desk.retraining.start()

    assert desk.retraining.cancel(job.id).status == "cancelled"
    with pytest.raises(Refused, match="has cancelled already"):
        desk.retraining.cancel(job.id)
    assert desk.work() == 0


def test_a_running_job_is_asked_to_stop(desk):
    job = desk.retraining.start()
    with desk.database.write() as session:
        jobs.claim_next_job(session, "w")

    assert desk.retraining.cancel(job.id).status == "running"
    with desk.database.read() as session:
        assert jobs.get_job(session, job.id).cancel_requested


def test_without_a_live_version_there_is_nothing_to_predict(desk):
    with pytest.raises(Refused, match="no version is live"):
        desk.retraining.predict_open()
    assert desk.retraining.predict_new() is None
    assert desk.retraining.jobs() == []


def test_an_unknown_job_or_version_is_not_found(desk):
    for ask in (desk.retraining.job, desk.retraining.cancel, desk.retraining.promote):
        with pytest.raises(NotFound, match="7"):
            ask(7)


@pytest.fixture
def waiting(trained):
    """A second version of bert with files of its own, waiting for a decision."""
    with trained.database.write() as session:
        live = versions.get_live(session, "bert")
        columns = {key: getattr(live, key) for key in ("labels", "label_ids", "thresholds", "recipe", "metrics")}
        second = versions.add_version(session, Version(classifier="bert", **columns))
        source, target = (version_directory(trained.data, "bert", row.id) for row in (live, second))
    shutil.copytree(source, target)
    return second.id


def test_promotion_switches_the_version_and_has_everything_predicted(trained, waiting):
    view = trained.retraining.promote(waiting)
    job = trained.retraining.jobs(1)[0]

    assert (view.status, view.number, view.reason) == ("live", 2, "Promoted by hand.")
    assert [row.status for row in trained.retraining.versions("bert")] == ["live", "retired"]
    assert (job.kind, job.status) == ("predict", "queued")
    assert trained.models.classifier("bert").version.id == waiting


def test_a_promotion_that_makes_no_sense_is_refused(trained, waiting):
    trained.retraining.promote(waiting)

    with pytest.raises(Refused, match="live already"):
        trained.retraining.promote(waiting)
    reference = trained.retraining.versions("reference")[0]
    with pytest.raises(Refused, match="reference cannot be promoted"):
        trained.retraining.promote(reference.id)


def test_rolling_back_serves_the_former_version_at_once(trained, waiting):
    former = trained.models.classifier("bert").version.id
    trained.retraining.promote(waiting)

    assert trained.retraining.rollback("bert").id == former
    assert trained.models.classifier("bert").version.id == former
    with pytest.raises(Refused, match="no earlier live version of bert"):
        trained.retraining.rollback("bert")


def test_an_unknown_classifier_cannot_be_rolled_back(trained):
    with pytest.raises(NotFound, match="no classifier 'svm'"):
        trained.retraining.rollback("svm")


def test_a_version_whose_files_are_gone_is_named_and_the_others_answer(trained):
    live = trained.retraining.versions("bert")[0]
    shutil.rmtree(version_directory(trained.data, "bert", live.id))

    result = trained.live.classify("控股股东办理了股权质押")

    assert "bert, version 1, cannot be read" in result.unavailable["bert"]
    assert result.classifiers["bert"] is None
    assert result.classifiers["llm_head"] is not None


def test_what_the_metrics_say_is_what_was_measured_and_evaluating_again_agrees(trained):
    stored, afresh = trained.retraining.metrics(), trained.retraining.evaluate()

    assert stored["prompt"] is None
    assert afresh["prompt"] is None
    for name in ("bert", "llm_head", "reference"):
        assert afresh[name]["micro_f1"] == pytest.approx(stored[name]["micro_f1"], abs=0.02)
        assert {"macro_f1", "weighted_f1", "few_shot_f1", "support", "per_label"} <= set(afresh[name])


def test_a_label_that_came_later_counts_against_the_live_version(trained):
    before = trained.retraining.evaluate()["bert"]
    with trained.database.write() as session:
        session.add(Label(id=99, name="产品召回"))
    gold = [item_id for item_id in range(1, 140) if item_id % 5 == 4]
    for item_id in gold:
        correct(trained, item_id, "产品召回")

    after = trained.retraining.evaluate()["bert"]
    assert after["per_label"]["产品召回"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": len(gold)}
    assert after["micro_f1"] < before["micro_f1"]


def test_a_classifier_that_is_being_trained_says_how_far_it_is(desk):
    job = desk.retraining.start(["bert"])
    with desk.database.write() as session:
        claimed = jobs.claim_next_job(session, "w")
        claimed.progress = 0.42
        assert claimed.id == job.id

    with desk.database.read() as session:
        silent = desk.live.silent(session, ["bert", "prompt"])
    assert silent["bert"] == "It is being trained, 42% done."
    assert "start a retraining" in silent["prompt"]


def test_a_pasted_text_is_classified_and_not_stored(trained):
    result = trained.live.classify("海澜科技：控股股东办理了股权质押")

    assert result.item.id == 0
    assert set(result.classifiers["bert"].scores) <= set(result.classifiers["bert"].thresholds)
    assert len(result.neighbours) == 10
    assert result.disagreement is not None
    assert trained.read(select(Version.status).where(Version.status == VersionStatus.CANDIDATE)) == []
