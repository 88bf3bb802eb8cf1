"""What a recipe learns from: chosen, enlarged, and never anything of gold or of validation."""

import numpy as np
import pytest
from sqlalchemy import update

from classifier.duplicates import similar
from classifier.options.changes import changed
from classifier.options.data import Data
from classifier.presets import PRESETS
from classifier.watch import Unwatched
from storage.tables import Item, Prediction, Standing
from tests.conftest import labelled_rows, write_jsonl
from workflow.errors import BadInput, Refused
from workflow.predicting import Predictor
from workflow.recipe_data import RecipeData
from workflow.scoring import NEVER
from workflow.teachers import Teachers
from workflow.training_data import read_snapshot

OPEN = set(range(141, 161))


def recipe_data(desk, job_id=0):
    with desk.database.read() as session:
        snapshot = read_snapshot(session)
    return RecipeData(snapshot, snapshot.training_data(), desk.neighbours, desk.models, job_id)


def prepared(desk, changes, seed=0):
    return recipe_data(desk).prepare(changed(Data(), changes), seed)


def choice(**values):
    return {"selection": values}


def test_the_default_is_everything_and_says_nothing(trained):
    everything = prepared(trained, {})
    assert (len(everything.data.train), everything.report, everything.key) == (84, {}, "")
    assert prepared(trained, {"pretraining": {"share": 0.2}}).key == ""


def test_a_choice_leaves_validation_alone_and_has_a_workspace_of_its_own(trained):
    chosen = [prepared(trained, choice(amount="number", size=size), seed=3) for size in (10, 20, 20)]
    everything = prepared(trained, {}).data
    assert [len(each.data.train) for each in chosen] == [10, 20, 20]
    assert set(chosen[0].data.train) < set(chosen[1].data.train) < set(everything.train)
    assert chosen[0].data.validation == everything.validation
    assert chosen[0].key != chosen[1].key == chosen[2].key


def test_mmr_takes_its_vectors_from_the_live_retriever(trained):
    half = prepared(trained, PRESETS["bert-mmr"].changes["data"])
    assert half.report["labels"] == half.report["of_labels"] == 4
    assert 42 <= half.report["items"] < half.report["of_items"] == 84
    assert half.report["items"] == len(half.data.train)


def say(desk, scores):
    """Put words into the mouths of the live bert and llm_head: {item id: {label id: score}}, of other items nothing."""
    with desk.database.write() as session:
        for item_id in OPEN:
            given = scores.get(item_id, {})
            values = {"scores": {str(label): score for label, score in given.items()}, "proposed": list(given)}
            session.execute(update(Prediction).where(Prediction.item_id == item_id).values(values))


PSEUDO = {"pseudo_labels": {"classifiers": ["bert", "llm_head"], "audit": 0.0}}


def test_open_items_on_which_all_agree_become_examples(trained):
    say(trained, {141: {2: 0.99}, 142: {2: 0.99, 3: 0.99}})
    enlarged = prepared(trained, PSEUDO)
    added = enlarged.data.train[84:]
    names = recipe_data(trained).snapshot
    by_id = dict(zip(names.label_ids, names.names, strict=True))
    assert {example.item_id: set(example.labels) for example in added} == {141: {by_id[2]}, 142: {by_id[2], by_id[3]}}
    assert (enlarged.report["pseudo_labelled"], enlarged.report["audit"]) == (2, [])


def test_a_random_share_is_listed_for_people_and_not_learned(trained):
    say(trained, {item_id: {2: 0.99} for item_id in OPEN})
    enlarged = prepared(trained, changed_audit(0.3))
    audit = set(enlarged.report["audit"])
    assert len(audit) == 6
    assert {example.item_id for example in enlarged.data.train[84:]} == OPEN - audit


def changed_audit(share):
    return {"pseudo_labels": PSEUDO["pseudo_labels"] | {"audit": share}}


def test_what_was_flagged_is_not_pseudo_labelled(trained):
    say(trained, {141: {2: 0.99}, 142: {2: 0.99}})
    with trained.database.write() as session:
        session.execute(update(Standing).where(Standing.item_id == 141).values(state="flagged"))
    assert [example.item_id for example in prepared(trained, PSEUDO).data.train[84:]] == [142]


EVERYTHING = {
    "selection": {"amount": "share", "size": 0.9},
    "pseudo_labels": {"classifiers": ["bert", "llm_head"]},
    "distillation": {"teachers": ["bert", "llm_head"]},
    "mixing": {"path": "similar.jsonl", "ratio": 0.5},
}


def test_gold_and_its_near_duplicates_are_in_nothing_that_a_training_sees(trained):
    """All at once: copies of gold and of validation among the open items and in the file that is mixed in."""
    snapshot = recipe_data(trained).snapshot
    measured = [*snapshot.gold, *snapshot.validation]
    before = {item.text for item in snapshot.train}
    with trained.database.write() as session:
        for item_id, twin in zip(sorted(OPEN), measured, strict=False):
            cluster = 1_000 + twin.id
            session.execute(update(Item).where(Item.id == twin.id).values(cluster=cluster))
            session.execute(update(Item).where(Item.id == item_id).values(cluster=cluster, text=twin.text + "！"))
    say(trained, {item_id: {2: 0.99} for item_id in OPEN})
    others = [{"text": item.text + "。", "labels": ["股权质押"]} for item in measured]
    write_jsonl(trained.data / "similar.jsonl", [*others, {"text": "另一只股票的股权被质押", "labels": ["股权质押"]}])

    learned = prepared(trained, EVERYTHING).data
    texts = [*(example.text for example in learned.train), *learned.unlabelled]
    assert "另一只股票的股权被质押" in texts
    assert not {item.id for item in measured} & {example.item_id for example in learned.train}
    assert not [text for text in texts for item in measured if text not in before and similar(text, item.text)]


def test_what_teachers_say_is_learned_beside_the_truth(trained):
    taught = prepared(trained, {"distillation": {"teachers": ["bert", "llm_head"], "weight": 0.25}})
    assert taught.report["taught"] == len(OPEN)
    assert len(taught.data.train) == 84 + len(OPEN)
    snapshot = recipe_data(trained).snapshot
    first, column = snapshot.train[0], 1
    with trained.database.read() as session:
        said = [
            row.scores.get(str(snapshot.label_ids[column]), 0.0)
            for row in session.query(Prediction).where(Prediction.item_id == first.id)
        ]
    truth = float(snapshot.label_ids[column] in first.label_ids)
    assert len(said) == 2
    assert taught.data.train[0].soft_targets[column] == pytest.approx(0.75 * truth + 0.25 * np.mean(said), abs=1e-4)


def test_audited_items_are_not_distilled_either(trained):
    say(trained, {item_id: {2: 0.99} for item_id in OPEN})
    both = prepared(trained, changed_audit(0.3) | {"distillation": {"teachers": ["bert"]}})
    assert not set(both.report["audit"]) & {example.item_id for example in both.data.train}


def test_a_teacher_answers_what_it_was_not_asked_before(trained):
    with trained.database.write() as session:
        session.query(Prediction).where(Prediction.item_id == 141).delete()
    taught = prepared(trained, {"distillation": {"teachers": ["bert 1"]}})
    (example,) = [example for example in taught.data.train if example.item_id == 141]
    assert max(example.soft_targets) > 0.01


def test_a_teacher_that_does_not_exist_is_named(trained):
    for name in ("prompt", "bert 9"):
        with pytest.raises(Refused, match=f"no version of {name} yet"):
            prepared(trained, {"distillation": {"teachers": [name]}})
    with pytest.raises(Refused, match="no classifier svm"):
        prepared(trained, PSEUDO | {"pseudo_labels": {"classifiers": ["svm"]}})


def test_what_the_job_itself_has_made_live_does_not_teach(trained):
    (live,) = [view for view in trained.retraining.versions("bert") if view.status == "live"]
    with pytest.raises(Refused, match="no version of bert yet"):
        recipe_data(trained, live.job_id).prepare(changed(Data(), {"distillation": {"teachers": ["bert"]}}))


def test_a_teacher_says_nothing_of_a_label_that_it_does_not_know(trained):
    snapshot = recipe_data(trained).snapshot
    predictor = Predictor(trained.database, trained.neighbours)
    teachers = Teachers(predictor, trained.models, (*snapshot.label_ids, 99))
    (bert,) = teachers.named(["bert"], job_id=0)
    scores = teachers.scores(bert, [141, 142], Unwatched())
    assert np.isnan(scores).tolist() == [[False] * 4 + [True]] * 2
    assert teachers.thresholds(bert).tolist()[4:] == [NEVER]


def test_another_label_set_is_mixed_in_at_its_ratio(trained):
    rows = [{"text": f"{row['text']} 甲", "labels": row["labels"]} for row in labelled_rows(200, seed=9)]
    write_jsonl(trained.data / "similar.jsonl", rows)
    mixed = prepared(trained, {"mixing": {"path": "similar.jsonl"}})
    assert mixed.report["mixed"] == 42
    assert all(example.soft_targets and example.labels for example in mixed.data.train[84:])


def test_a_file_that_is_missing_or_shares_no_label_is_refused_by_name(trained):
    with pytest.raises(BadInput, match=r"no file .*similar\.jsonl"):
        prepared(trained, {"mixing": {"path": "similar.jsonl"}})
    write_jsonl(trained.data / "similar.jsonl", [{"text": "某公司召开会议", "labels": ["会议"]}])
    with pytest.raises(BadInput, match=r"similar\.jsonl has no label in common"):
        prepared(trained, {"mixing": {"path": "similar.jsonl"}})
    assert prepared(trained, {"mixing": {"path": "similar.jsonl", "names": {"会议": "股权质押"}}}).report["mixed"] == 1


COMBINED = ["bert-mmr", "bert-pseudo-labels", "bert-distilled", "bert-mixed"]


@pytest.mark.slow
@pytest.mark.parametrize("name", COMBINED)
def test_a_version_tells_what_it_learned_from(trained, name):
    write_jsonl(trained.data / "similar.jsonl", labelled_rows(80, seed=9))
    trained.retraining.start(["bert"], recipes=[name])
    trained.work()
    version = trained.retraining.versions("bert")[0]
    assert version.number == 2
    assert version.metrics["data"]["of_items"] == 84
    assert version.recipe["preset"] == name


@pytest.mark.slow
def test_a_job_names_the_items_that_people_should_check(trained):
    say(trained, {item_id: {2: 0.99} for item_id in OPEN})
    job = trained.retraining.start(["bert"], recipes=["bert-pseudo-labels"])
    trained.work()
    told = trained.retraining.job(job.id)
    (version,) = [view for view in trained.retraining.versions("bert") if view.job_id == job.id]
    assert told.metrics["bert"]["audit"] == version.metrics["data"]["audit"]
    assert set(told.metrics["bert"]["audit"]) < OPEN
    assert "bert learns from chosen data" in told.log
