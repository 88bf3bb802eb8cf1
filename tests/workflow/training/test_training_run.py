import shutil

import pytest
from sqlalchemy import func, select

from storage.tables import Embedding, Item, Prediction, Standing, Truth, Version, VersionStatus
from workflow import training_run
from workflow.annotating import Said, annotate
from workflow.training_data import read_snapshot
from workflow.version_files import UNFINISHED, version_directory

CLASSIFIERS = ("bert", "llm_head")


def test_a_first_retraining_makes_everything_live(trained):
    jobs = {job.kind: job for job in trained.retraining.jobs()}
    live = {view.classifier for view in trained.retraining.versions() if view.status == "live"}

    assert (jobs["retrain"].status, jobs["retrain"].progress) == ("succeeded", 1.0)
    assert live == {"retriever", "bert", "llm_head", "reference"}
    assert jobs["retrain"].metrics["bert"]["status"] == "live"


def test_a_version_has_its_files_and_says_how_it_was_made(trained):
    for view in trained.retraining.versions():
        assert version_directory(trained.data, view.classifier, view.id).is_dir() == (view.classifier != "reference")
    bert = trained.retraining.versions("bert")[0]
    assert bert.recipe["epochs"] == 10
    assert set(bert.thresholds) == set(bert.metrics["per_label"])
    assert bert.metrics["items"] == 28
    assert list(trained.data.glob(f"versions/*/{UNFINISHED}")) == []
    assert list(trained.data.glob("jobs/*")) == []


def test_after_a_retraining_every_item_has_a_vector_its_predictions_and_a_place(trained):
    items = trained.read(select(func.count()).select_from(Item))[0][0]

    assert trained.read(select(func.count()).select_from(Embedding))[0][0] == items
    counts = trained.read(select(Version.classifier, func.count()).join(Prediction).group_by(Version.classifier))
    assert dict(map(tuple, counts)) == dict.fromkeys(CLASSIFIERS, items)
    assert trained.read(select(Standing.item_id).where(Standing.kind == "")) == []


def test_curves_and_log_of_a_retraining_can_be_read(trained):
    job = trained.retraining.job(1)

    assert {"bert/loss", "llm_head/loss"} <= set(job.curves)
    assert "Job 1 (retrain) begins" in job.log


def test_gold_is_in_nothing_that_a_classifier_learns_from(trained):
    with trained.database.read() as session:
        snapshot = read_snapshot(session)
    gold = {item.text for item in snapshot.gold}
    learned = snapshot.training_data()

    assert len(gold) == 28
    assert not gold & {example.text for example in (*learned.train, *learned.validation)}
    assert not gold & set(learned.unlabelled)


def test_a_retriever_that_still_fits_is_not_trained_again(trained):
    trained.retraining.start(["bert"])
    trained.work()

    assert len(trained.retraining.versions("retriever")) == 1
    assert len(trained.retraining.versions("bert")) == 2
    assert len(trained.retraining.versions("llm_head")) == 1


def test_few_corrections_are_learned_on_top_of_the_live_version_unless_all_is_to_be_trained(trained):
    with trained.database.write() as session:
        annotate(session, Said(150, "submitted", "ann", labels=("股权质押",)))
    for anew in (False, True):
        trained.retraining.start(["bert", "llm_head"], anew=anew)
        trained.work()

    for classifier in ("bert", "llm_head"):
        whole, on_top, first = trained.retraining.versions(classifier)
        assert on_top.metrics["continued"] == {"version": 1, "items": 1, "in_all": 1}
        assert "continued" not in {**whole.metrics, **first.metrics}
        assert on_top.recipe == whole.recipe == first.recipe
        told = next(row for row in trained.retraining.history() if row.id == on_top.id)
        assert told.continued == 1


def test_after_a_labelled_import_everything_is_trained(trained):
    with trained.database.write() as session:
        annotate(session, Said(150, "submitted", "ann", labels=("股权质押",)))
        session.add(Item(id=900, text="后来的", text_hash="later", split="gold"))
        session.flush()
        session.add(Truth(item_id=900, origin="import"))
    trained.retraining.start(["bert"])
    trained.work()

    assert "continued" not in trained.retraining.versions("bert")[0].metrics


@pytest.mark.slow
def test_a_classifier_that_fails_leaves_the_others_their_success(trained, monkeypatch):
    fit = training_run.lineup.fit

    def fail_bert(name, *arguments):
        if name == "bert":
            raise RuntimeError("The loss became NaN; lower the learning rate.")
        return fit(name, *arguments)

    monkeypatch.setattr(training_run.lineup, "fit", fail_bert)
    job = trained.retraining.start(CLASSIFIERS)
    trained.work()

    job = trained.retraining.job(job.id)
    assert (job.status, job.message) == ("failed", "bert failed: The loss became NaN; lower the learning rate.")
    assert "Traceback" in job.log
    assert len(trained.retraining.versions("bert")) == 1
    assert len(trained.retraining.versions("llm_head")) == 2


def test_a_worse_candidate_waits_and_the_live_version_serves_on(trained, monkeypatch):
    fit = training_run.lineup.fit

    class Mute:
        """A classifier that has forgotten everything."""

        def __init__(self, classifier):
            self.classifier = classifier
            self.labels = classifier.labels
            self.save, self.tokens_read = classifier.save, classifier.tokens_read

        def predict_proba(self, texts, neighbours=None, watch=None):
            return self.classifier.predict_proba(texts, neighbours, watch) * 0

    monkeypatch.setattr(training_run.lineup, "fit", lambda *arguments: Mute(fit(*arguments)))
    trained.retraining.start(["bert"])
    trained.work()

    candidate, live = trained.retraining.versions("bert")
    assert (candidate.status, live.status) == (VersionStatus.CANDIDATE, VersionStatus.LIVE)
    assert "lower than the live version's" in candidate.reason


def test_the_fingerprint_changes_with_a_correction_and_not_without(trained):
    def fingerprint():
        with trained.database.read() as session:
            return read_snapshot(session).fingerprint

    before = fingerprint()
    assert trained.retraining.versions("bert")[0].fingerprint == before

    with trained.database.write() as session:
        annotate(session, Said(150, "submitted", "ann", labels=("股权质押",)))
    assert fingerprint() != before


@pytest.mark.slow
def test_a_retraining_heals_what_lost_its_files(trained):
    shutil.rmtree(trained.data / "versions")
    job = trained.retraining.start(["bert"])
    trained.work()

    assert trained.retraining.job(job.id).status == "succeeded"
    assert [row.status for row in trained.retraining.versions("bert")] == ["live", "retired"]
    assert len(trained.retraining.versions("retriever")) == 2
    assert "llm_head is silent: The files of llm_head" in trained.retraining.jobs(1)[0].message
