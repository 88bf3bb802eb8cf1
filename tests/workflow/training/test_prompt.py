"""The prompt classifier in a whole retraining: what stands in its prompts is the workflow's to keep clean."""

import pytest
from sqlalchemy import select

from storage.tables import Item, Label, Prediction, Version
from workflow.annotating import Said, annotate
from workflow.errors import BadInput
from workflow.prompt_trials import PromptTrials
from workflow.questions import proposals
from workflow.roles import LEAD, Actor


@pytest.fixture
def prompted(desk):
    desk.retraining.start(("prompt",))
    desk.work()
    return desk


def trials_of(desk):
    return PromptTrials(desk.database, desk.models, desk.neighbours, desk.retraining)


def proposed_by(desk, version_id):
    statement = select(Prediction.item_id, Prediction.proposed).where(Prediction.version_id == version_id)
    return dict(map(tuple, desk.read(statement)))


@pytest.mark.slow
def test_examples_in_prompts_are_items_to_train_on_and_never_the_item_itself(prompted):
    live = prompted.retraining.versions("prompt")[0]
    said = prompted.read(select(Prediction.item_id, Prediction.examples).where(Prediction.version_id == live.id))
    splits = dict(map(tuple, prompted.read(select(Item.id, Item.split))))
    labelled = {item_id for item_id in splits if item_id <= 140}

    assert live.status == "live"
    assert len(said) == 160
    for item_id, examples in said:
        assert len(examples) == live.recipe["neighbours"]
        assert item_id not in examples
        assert {splits[example] for example in examples} == {"train"}
        assert set(examples) <= labelled


@pytest.mark.slow
def test_a_version_tells_the_recall_of_its_shortlists_and_its_format_errors(prompted):
    metrics = prompted.retraining.versions("prompt")[0].metrics
    assert 0.5 < metrics["shortlist_recall"] <= 1.0
    assert (metrics["format_errors"], metrics["repaired"]) == (0, 0)


@pytest.mark.slow
def test_a_shortlist_can_begin_with_what_the_live_versions_of_the_others_propose(desk):
    desk.retraining.start(("bert", "prompt"), recipes=["prompt-proposals"])
    desk.work()
    bert, prompt = (desk.retraining.versions(name)[0] for name in ("bert", "prompt"))
    names = dict(map(tuple, desk.read(select(Label.id, Label.name))))
    said = proposed_by(desk, bert.id)
    proposed = {item_id: [names[label_id] for label_id in label_ids] for item_id, label_ids in said.items()}
    assert any(proposed.values())
    assert proposals(desk.database, list(proposed)) == list(proposed.values())
    assert prompt.metrics["shortlist_recall"] > 0.5
    item_id = next(item_id for item_id, labels in proposed.items() if labels)
    text = dict(map(tuple, desk.read(select(Item.id, Item.text))))[item_id]
    assert desk.live.classify(text).classifiers["prompt"] is not None


@pytest.mark.slow
def test_other_words_and_other_examples_are_tried_on_an_item_and_nothing_is_stored(prompted):
    trials, count = trials_of(prompted), len(prompted.read(select(Prediction.item_id)))
    item_id, text = tuple(prompted.read(select(Item.id, Item.text).where(Item.split == "gold"))[0])
    usual = trials.try_on(item_id, {})
    other = trials.try_on(item_id, {"template": {"instruction": "读一读。{how}"}, "neighbours": 1, "shortlist": 4})
    assert usual.text == text
    assert len(usual.examples) == prompted.retraining.versions("prompt")[0].recipe["neighbours"]
    assert other.examples == usual.examples[-1:]
    assert other.prompt.startswith("读一读。每行写一个标签")
    assert other.prompt.split("\n\n")[1].count("\n") == 5
    assert max(other.scores.values()) <= 1
    assert other.truth == usual.truth is not None
    assert len(prompted.read(select(Prediction.item_id))) == count
    for elsewhere in ("checkpoint", "endpoint", "model"):
        with pytest.raises(BadInput, match=f"cannot change {elsewhere}"):
            trials.try_on(item_id, {elsewhere: "http://127.0.0.1:1/v1"})
    with pytest.raises(BadInput, match="order: must be one of"):
        trials.try_on(item_id, {"retrieval": {"order": "sideways"}})


@pytest.mark.slow
def test_a_prompt_version_is_measured_compared_and_rolled_back_like_any_other(prompted):
    draft = trials_of(prompted).draft()
    assert (draft.number, draft.words["answer"]) == (1, "标签：")
    trials_of(prompted).save({"template": {"answer": "答："}, "retrieval": {"order": "descending"}}, Actor("ann", LEAD))
    prompted.work()
    after, before = prompted.retraining.versions("prompt")
    assert after.recipe["template"]["answer"] == "答："
    assert after.metrics["micro_f1"] is not None
    if after.status != "live":
        prompted.retraining.promote(after.id)
    assert trials_of(prompted).draft().words["answer"] == "答："
    item_id = prompted.read(select(Item.id).where(Item.split == "gold"))[0][0]
    assert trials_of(prompted).try_on(item_id, {}).prompt.endswith("\n答：\n")

    gold = {item_id for (item_id,) in prompted.read(select(Item.id).where(Item.split == "gold"))}
    was, now = (proposed_by(prompted, version.id) for version in (before, after))
    differing = {item_id for item_id in gold if set(was[item_id]) != set(now[item_id])}
    changes = trials_of(prompted).differences(before.id, after.id)
    assert {change.item_id for change in changes} == differing
    assert all(change.before != change.after for change in changes)
    assert prompted.retraining.rollback("prompt").id == before.id


@pytest.mark.slow
def test_the_nearest_example_stands_last_and_a_correction_is_in_the_next_prompt(prompted):
    text = prompted.read(select(Item.text).where(Item.id == 150))[0][0] + "！"
    near = [view.item_id for view in prompted.neighbours.of_text(text)]
    count = prompted.retraining.versions("prompt")[0].recipe["neighbours"]
    assert list(prompted.live.classify(text).classifiers["prompt"].examples) == near[:count][::-1]
    assert 150 not in near

    with prompted.database.write() as session:
        annotate(session, Said(150, "submitted", "ann", labels=("股权质押",)))

    assert prompted.live.classify(text).classifiers["prompt"].examples[-1] == 150
    assert prompted.read(select(Version.id).where(Version.classifier == "bert")) == []
