import pytest
from sqlalchemy import delete, func, select, update

from classifier import sequence
from classifier.watch import Cancelled
from storage import jobs, standings, versions
from storage.tables import Embedding, Item, Job, JobStatus, Prediction, Standing, Version
from workflow import predict_job
from workflow.job_watch import Hand
from workflow.predict_job import PredictRun
from workflow.predicting import chunks
from workflow.promoting import ask_for_predictions
from workflow.task import GiveWay, Task

OPEN = 150


def predict_now(desk):
    """Ask for predictions and do what a worker would do."""
    desk.retraining.predict_open()
    desk.work()
    return desk.retraining.jobs(1)[0]


def task(desk):
    """A predict job that this process has in hand."""
    with desk.database.write() as session:
        ask_for_predictions(session)
        job = jobs.claim_next_job(session, "w")
        return Task(Hand(desk.database, job.id, "w"), job.kind, (), desk.data, dict(job.options))


def predictions_of(desk, item_id):
    statement = select(Version.classifier).join(Prediction).where(Prediction.item_id == item_id)
    return {classifier for (classifier,) in desk.read(statement)}


def forget(desk, *item_ids):
    with desk.database.write() as session:
        session.execute(delete(Prediction).where(Prediction.item_id.in_(item_ids)))
        session.execute(delete(Embedding).where(Embedding.item_id.in_(item_ids)))


def add_item(desk, item_id):
    with desk.database.write() as session:
        session.add(Item(id=item_id, text="海澜科技：控股股东办理了股权质押", text_hash=str(item_id), split="train"))
        session.flush()
        session.add(Standing(item_id=item_id))


def test_a_new_item_gets_vector_predictions_and_place(trained):
    add_item(trained, 500)

    assert predict_now(trained).message == "1 items predicted."
    assert predictions_of(trained, 500) == {"bert", "llm_head"}
    assert trained.read(select(Standing.kind).where(Standing.item_id == 500)) != [("",)]
    assert trained.read(select(Embedding.version_id).where(Embedding.item_id == 500)) == [(1,)]


def test_what_was_said_is_not_said_again(trained):
    before = trained.read(select(func.max(Prediction.predicted_at)))

    assert predict_now(trained).message == "0 items predicted."
    assert trained.read(select(func.max(Prediction.predicted_at))) == before


def test_a_start_asks_for_what_is_missing_alone(trained):
    predict_now(trained)
    assert trained.retraining.predict_missing() is None
    forget(trained, OPEN)
    assert trained.retraining.predict_missing().kind == "predict"
    trained.work()
    assert predictions_of(trained, OPEN) == {"bert", "llm_head"}


def test_of_older_predictions_it_is_counted_what_they_are_of_and_nothing_else_changes(trained):
    predict_now(trained)
    said = select(Prediction.item_id, Prediction.version_id, Prediction.predicted_at, Prediction.tokens_read)
    before = trained.read(said.add_columns(Prediction.tokens))
    with trained.database.write() as session:
        session.execute(update(Prediction).values(tokens_read=None, tokens=None))
    assert trained.retraining.predict_missing().kind == "predict"
    trained.work()
    assert trained.read(said.add_columns(Prediction.tokens)) == before
    assert trained.retraining.predict_missing() is None


def test_a_classifier_that_is_down_does_not_silence_the_other(trained, monkeypatch):
    forget(trained, OPEN)
    say = predict_job.Predictor.say

    def down(predictor, live, item_ids, watch):
        if live.version.classifier == "llm_head":
            raise RuntimeError("The server does not answer.")
        say(predictor, live, item_ids, watch)

    monkeypatch.setattr(predict_job.Predictor, "say", down)
    job = predict_now(trained)

    assert job.status == "succeeded"
    assert job.message == "1 items predicted. llm_head is silent: The server does not answer."
    assert predictions_of(trained, OPEN) == {"bert"}
    with trained.database.read() as session:
        assert trained.live.silent(session, ["llm_head"]) == {"llm_head": "The server does not answer."}


def test_when_every_classifier_is_down_the_job_fails(trained, monkeypatch):
    forget(trained, OPEN)

    def down(predictor, live, item_ids, watch):
        raise RuntimeError("The server does not answer.")

    monkeypatch.setattr(predict_job.Predictor, "say", down)
    assert predict_now(trained).status == "failed"


def test_predicting_gives_way_to_a_retraining(trained):
    forget(trained, OPEN)
    in_hand = task(trained)
    trained.retraining.start(["bert"])

    with pytest.raises(GiveWay):
        PredictRun(in_hand, trained.models, trained.neighbours).run()
    assert predictions_of(trained, OPEN) == set()


def test_what_is_asked_for_while_it_runs_is_done_by_the_same_job(trained, monkeypatch):
    forget(trained, OPEN)
    in_hand = task(trained)
    prune = PredictRun._prune

    def ask_meanwhile(run):
        monkeypatch.setattr(PredictRun, "_prune", prune)
        forget(trained, OPEN + 1)
        with trained.database.write() as session:
            assert ask_for_predictions(session, refresh=True).id == in_hand.hand.job_id

    monkeypatch.setattr(PredictRun, "_prune", ask_meanwhile)
    assert PredictRun(in_hand, trained.models, trained.neighbours).run() == "2 items predicted."
    assert predictions_of(trained, OPEN + 1) == {"bert", "llm_head"}
    with trained.database.read() as session:
        assert session.get_one(Job, in_hand.hand.job_id).status == JobStatus.SUCCEEDED


def test_new_items_do_not_wait_until_all_others_are_done(trained, monkeypatch):
    monkeypatch.setattr(predict_job, "chunks", lambda ids: chunks(ids, 2))
    forget(trained, *range(OPEN, OPEN + 6))
    in_hand, said, say = task(trained), [], predict_job.Predictor.say

    def note(predictor, live, item_ids, watch):
        if not said:
            add_item(trained, 500)
            with trained.database.write() as session:
                ask_for_predictions(session)
        said.append(tuple(item_ids))
        say(predictor, live, item_ids, watch)

    monkeypatch.setattr(predict_job.Predictor, "say", note)
    assert PredictRun(in_hand, trained.models, trained.neighbours).run() == "7 items predicted."
    assert 500 in said[2]
    assert predictions_of(trained, 500) == {"bert", "llm_head"}


def test_a_wish_to_stop_is_heeded_between_two_batches_of_one_step(trained, monkeypatch):
    monkeypatch.setattr(sequence, "SCORING_BATCH", 2)
    forget(trained, *range(OPEN, OPEN + 8))
    in_hand, looks, heed = task(trained), [], PredictRun._heed

    def cancel_in_the_middle(run):
        looks.append(run)
        if len(looks) == 4:
            trained.retraining.cancel(in_hand.hand.job_id)
        return heed(run)

    monkeypatch.setattr(PredictRun, "_heed", cancel_in_the_middle)
    with pytest.raises(Cancelled):
        PredictRun(in_hand, trained.models, trained.neighbours).run()
    assert len(looks) == 4
    assert predictions_of(trained, OPEN) == set()


def test_after_a_roll_back_every_place_is_recomputed(trained):
    with trained.database.write() as session:
        second = versions.add_version(session, Version(classifier="bert", labels=[], label_ids=[], recipe={}))
        versions.make_live(session, second, "by hand")
        standings.update_standings(session, [{"item": OPEN, "kind": "", "band": "", "instructive": 0.0}])

    assert trained.retraining.rollback("bert").number == 1
    trained.work()
    assert trained.read(select(Standing.kind).where(Standing.item_id == OPEN)) != [("",)]


def test_predictions_that_nobody_can_bring_back_are_deleted(trained):
    first = trained.retraining.versions("bert")[0].id
    with trained.database.write() as session:
        for _ in range(2):
            row = versions.add_version(session, Version(classifier="bert", labels=[], label_ids=[], recipe={}))
            versions.make_live(session, row, "by hand")
    predict_now(trained)

    assert trained.read(select(Prediction.item_id).where(Prediction.version_id == first)) == []
    assert predictions_of(trained, OPEN) == {"llm_head"}
