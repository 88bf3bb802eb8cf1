"""The prompt classifier in a whole retraining: what stands in its prompts is the workflow's to keep clean."""

import pytest
from sqlalchemy import select

from storage.tables import Item, Prediction, Version
from workflow.annotating import Said, annotate


@pytest.fixture
def prompted(desk):
    desk.retraining.start(("prompt",))
    desk.work()
    return desk


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
