"""No cut is silent: whoever read only a part of a text says so, of stored items as of pasted texts."""

import shutil

import pytest
from sqlalchemy import update

from storage.tables import Item
from workflow.item_results import ItemResults
from workflow.live import Live
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.predicting import Predictor
from workflow.views import as_json

LONG = "星河药业宣布召回一批产品。" * 100
NAMES = ("bert", "llm_head")


def stored(desk, text):
    """The result of an item that has this text and was predicted with it."""
    with desk.database.write() as session:
        session.execute(update(Item).where(Item.id == 1).values(text=text))
    for name in NAMES:
        Predictor(desk.database, desk.neighbours).say_again(desk.models.classifier(name), [1])
    return ItemResults(desk.database, desk.live, desk.neighbours).one(1)


def test_a_long_text_tells_how_much_of_it_each_classifier_read(trained):
    for result in (trained.live.classify(LONG), stored(trained, LONG)):
        for name in NAMES:
            model = trained.models.classifier(name).model
            (tokens,) = model.tokens_read([LONG])
            assert as_json(result.classifiers[name].cut) == {"read": tokens.read, "total": tokens.total}
            assert 0 < tokens.read < model.recipe.max_length < tokens.total


WHOLE = {"short": "星河药业召回", "longer in bytes than in tokens": "星河药业召回 " * 10}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_of_a_text_that_is_read_whole_nothing_is_told(trained, text):
    for result in (trained.live.classify(text), stored(trained, text)):
        assert [result.classifiers[name].cut for name in NAMES] == [None, None]


def test_to_show_a_stored_item_loads_no_model(trained):
    shown = stored(trained, LONG)
    shutil.rmtree(trained.data / "versions")
    models = LiveModels(trained.database, trained.data)
    neighbours = Neighbours(trained.database, models)
    again = ItemResults(trained.database, Live(trained.database, models, neighbours), neighbours).one(1)
    assert again.classifiers["bert"].cut == shown.classifiers["bert"].cut
    assert again.neighbours == shown.neighbours != ()
