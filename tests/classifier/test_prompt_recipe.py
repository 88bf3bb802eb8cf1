import pytest

from classifier.options.asking import Asking
from classifier.options.instruction_tuning import InstructionTuning
from classifier.options.retrieval import Retrieval
from classifier.options.sample_design import SampleDesign
from classifier.prompt_recipe import PromptRecipe


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"checkpoint": ""}, "checkpoint"),
        ({"endpoint": "localhost:8000", "model": "m"}, "endpoint"),
        ({"endpoint": "http://localhost:8000/v1"}, "model"),
        ({"beams": 0}, "beams"),
        ({"neighbours": -1}, "neighbours"),
        ({"seconds": float("nan")}, "seconds"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused_by_field(wrong, field):
    with pytest.raises(ValueError, match=f"^{field}:"):
        PromptRecipe(**wrong)


def test_only_the_starter_is_trained_here():
    assert PromptRecipe().is_starter
    assert not PromptRecipe(checkpoint="Qwen/Qwen2.5-0.5B").is_starter
    assert not PromptRecipe(endpoint="http://127.0.0.1:1/v1", model="m").is_starter


def test_a_pretrained_model_reads_longer_prompts():
    assert PromptRecipe().with_checkpoint("Qwen/Qwen2.5-0.5B").shortlist > PromptRecipe().shortlist
    assert PromptRecipe().with_checkpoint("starter") == PromptRecipe()


def test_whoever_ranks_recalls_more_than_is_shown():
    assert PromptRecipe(neighbours=3).recalls == 10
    assert PromptRecipe(neighbours=12).recalls == 12
    assert PromptRecipe(neighbours=12, retrieval=Retrieval(rank="mmr")).recalls == 36
    assert PromptRecipe(neighbours=0, asking=Asking(scope="all")).recalls == 0
    assert PromptRecipe(neighbours=0).recalls == 10


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"asking": Asking(scope="groups"), "design": SampleDesign(labels_as="number")}, "labels_as"),
        ({"tuning": InstructionTuning(epochs=1), "design": SampleDesign(reasoning=True)}, "reasoning"),
        ({"tuning": InstructionTuning(epochs=1), "endpoint": "http://127.0.0.1:1/v1", "model": "m"}, "tuning"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(parts, field):
    with pytest.raises(ValueError, match=f"^{field}:"):
        PromptRecipe(**parts)
