"""No cut is silent: whoever read only a part of a text says so, of stored items as of pasted texts."""

import shutil

from sqlalchemy import update

from storage.tables import Item
from workflow.item_results import ItemResults
from workflow.views import as_json

LONG = "星河药业宣布召回一批产品。" * 100


def stored(desk, text):
    """The result of an item that has this text."""
    with desk.database.write() as session:
        session.execute(update(Item).where(Item.id == 1).values(text=text))
    return ItemResults(desk.database, desk.live, desk.neighbours).one(1)


def test_a_long_text_tells_how_much_of_it_each_classifier_read(trained):
    for result in (trained.live.classify(LONG), stored(trained, LONG)):
        for name in ("bert", "llm_head"):
            model = trained.models.classifier(name).model
            (tokens,) = model.tokens_read([LONG])
            assert as_json(result.classifiers[name].cut) == {"read": tokens.read, "total": tokens.total}
            assert 0 < tokens.read < model.recipe.max_length < tokens.total


def test_of_a_text_that_is_read_whole_nothing_is_told(trained):
    # The second is too long in bytes to be known without a tokenizer.
    for text in ("星河药业召回", "星河药业召回 " * 10):
        for result in (trained.live.classify(text), stored(trained, text)):
            assert [result.classifiers[name].cut for name in ("bert", "llm_head")] == [None, None]


def test_an_item_is_shown_where_the_files_of_a_version_are_lost(trained):
    shutil.rmtree(trained.data / "versions")
    assert stored(trained, LONG).classifiers["bert"].cut is None
