"""What instruction tuning is shown: wordings, neighbours without the item and its copies, and the tokens it learns."""

import re
from dataclasses import replace

import pytest

from classifier import lineup
from classifier.foundation import lay_foundation
from classifier.instruct_neighbours import out_of_fold
from classifier.options.instruction_tuning import InstructionTuning
from classifier.options.sample_design import SampleDesign
from classifier.prompt_tuning import UNLEARNED, Samples
from classifier.prompt_wording import ENGLISH, WORDINGS, templates
from classifier.watch import Unwatched
from tests.classifier.test_prompt import checkpoint
from tests.classifier.toy import toy_data

NUMBER = re.compile(r"第(\d+)号")


@pytest.fixture(scope="module")
def data():
    """Items in clusters of three."""
    data = toy_data(48)
    return replace(data, train=tuple(replace(item, cluster=1 + item.item_id // 3) for item in data.train))


@pytest.fixture(scope="module")
def samples_of(data, tmp_path_factory):
    place = tmp_path_factory.mktemp("tuning")
    recipe = replace(checkpoint(place / "hub", data), tuning=InstructionTuning(epochs=1), neighbours=6)
    nearest = out_of_fold(data, lay_foundation(data, place, Unwatched()), recipe.recalls, Unwatched())

    def make(**design):
        chosen = replace(recipe, design=SampleDesign(**design))
        local = lineup.fit("prompt", replace(chosen, tuning=InstructionTuning()), data, Unwatched(), place).model
        return local, Samples(local, data, nearest, chosen)

    return make


def written(samples):
    columns = samples.write({"row": samples.order()})
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("language", WORDINGS)
def test_there_are_fifty_wordings_besides_the_usual_one_and_no_two_are_alike(language):
    wordings = (WORDINGS[language], *templates(language))
    assert len({wording.instruction for wording in wordings}) == 51
    assert len({(wording.labels, wording.text, wording.answer) for wording in wordings}) > 45
    assert all(wording.instruction.count("{how}") == 1 for wording in wordings)
    chinese = [bool(re.search("[一-鿿]", wording.instruction)) for wording in wordings]
    assert chinese == [language == "zh"] * 51


def test_no_prompt_shows_the_item_or_one_of_its_copies(samples_of, data):
    local, samples = samples_of()
    clusters = {NUMBER.search(item.text)[1]: item.cluster for item in data.train}
    shown = 0
    for sample in written(samples) + written(samples):
        *examples, item = NUMBER.findall(local.tokenizer.decode(sample["input_ids"]))
        assert clusters[item] not in {clusters[example] for example in examples}
        shown += len(examples)
    assert shown > 100


def test_every_sample_draws_its_wording(samples_of):
    local, samples = samples_of()
    prompts = [local.tokenizer.decode(sample["input_ids"]) for _ in range(6) for sample in written(samples)]
    used = {wording for wording in templates("zh") if any(wording.labels + "\n" in prompt for prompt in prompts)}
    assert len(used) > 40
    assert ENGLISH not in used


def test_the_answer_is_learned_and_the_question_only_on_request(samples_of):
    for design, whole in (({}, False), ({"loss_on": "all"}, True), ({"answer": "json"}, False)):
        local, samples = samples_of(**design)
        for sample in written(samples):
            learned = [token for token in sample["labels"] if token != UNLEARNED]
            assert sample["input_ids"][-len(learned) :] == learned
            assert (len(learned) == len(sample["labels"])) is whole
            if not whole:
                said = local.form.answers.opening + local.tokenizer.decode(learned)
                assert not local.form.read(said).errors
