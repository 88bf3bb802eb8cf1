"""What a recipe learns from, on a desk with near-duplicates: chosen, enlarged, and never anything of gold."""

import pytest

from classifier.options.data import Data, Selection
from classifier.presets import preset
from workflow.recipe_data import RecipeData
from workflow.training_data import read_snapshot


def recipe_data(desk):
    with desk.database.read() as session:
        snapshot = read_snapshot(session)
    return RecipeData(snapshot, snapshot.training_data(), desk.neighbours)


def test_the_default_is_everything_and_says_nothing(trained):
    prepared = recipe_data(trained).prepare(Data())
    assert (len(prepared.data.train), prepared.report, prepared.key) == (84, {}, "")


def test_a_choice_leaves_validation_alone_and_has_a_workspace_of_its_own(trained):
    from_all = recipe_data(trained)
    prepared = [
        from_all.prepare(Data(selection=Selection(amount="number", size=size)), seed=3) for size in (10, 20, 20)
    ]
    assert [len(each.data.train) for each in prepared] == [10, 20, 20]
    assert set(prepared[0].data.train) < set(prepared[1].data.train) < set(from_all.everything.train)
    assert prepared[0].data.validation == from_all.everything.validation
    assert prepared[0].key != prepared[1].key == prepared[2].key


def test_mmr_takes_its_vectors_from_the_live_retriever(trained):
    options = preset("bert-mmr").changes["data"]["selection"]
    prepared = recipe_data(trained).prepare(Data(selection=Selection(**options)))
    assert prepared.report["labels"] == prepared.report["of_labels"] == 4
    assert 42 <= prepared.report["items"] < prepared.report["of_items"] == 84
    assert prepared.report["items"] == len(prepared.data.train)


@pytest.mark.slow
def test_a_version_tells_what_it_learned_from(trained):
    trained.retraining.start(["bert"], recipes=["bert-mmr"])
    trained.work()
    version = trained.retraining.versions("bert")[0]
    assert version.metrics["data"]["of_items"] == 84
    assert version.recipe["data"]["selection"]["ranking"] == "mmr"
