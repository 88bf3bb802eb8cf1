"""Learning on: a correction is learned, the rest is kept, and what is saved comes back as it was."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from classifier import lineup
from classifier.continuing import can_go_on, rehearsal
from classifier.examples import Example
from classifier.options.noise import Noise
from classifier.presets import PRESETS, preset
from classifier.profiles import PROFILES
from classifier.watch import Unwatched
from tests.classifier.test_checkpoints import DECODERS, ENCODERS, checkpoint
from tests.classifier.toy import toy_data

NEW = "飞船发射成功"
"""Words that the first training did not know."""


def recipe(name, source):
    classifier = PRESETS[name].classifier
    chosen = preset(name).apply(PROFILES["starter"].recipe(classifier).with_checkpoint(source))
    return replace(chosen, epochs=4, batch_size=8, learning_rate=1e-2)


def corrected(data):
    """The same data with eight new examples of a label, and their ids."""
    new = tuple(Example(f"{NEW} 第{number}号", ("裁员",), item_id=1000 + number) for number in range(8))
    return replace(data, train=(*data.train, *new)), {example.item_id for example in new}


@pytest.mark.parametrize(
    ("name", "kinds", "kind"),
    [
        ("bert", ENCODERS, "bert"),
        ("llm-lora", DECODERS, "qwen2"),
        ("llm-dora", DECODERS, "llama"),
        ("llm-rslora", DECODERS, "qwen3"),
        ("llm-full", DECODERS, "qwen2"),
    ],
)
def test_what_was_corrected_is_learned_on_top_of_what_is_known(tmp_path, name, kinds, kind):
    # Without validation items nothing keeps the start.
    source, data = checkpoint(tmp_path / "hub", kinds, kind), replace(toy_data(64), validation=())
    classifier = PRESETS[name].classifier
    first = lineup.fit(classifier, recipe(name, source), data, Unwatched(), tmp_path / "workspace")
    first.save(tmp_path / "first")
    more, changed = corrected(data)
    second = lineup.go_on(classifier, tmp_path / "first", rehearsal(more, changed), Unwatched())
    assert second.recipe == first.recipe
    column = second.labels.index("裁员")
    before, after = (model.predict_proba([NEW])[0, column] for model in (first, second))
    assert after > before
    second.save(tmp_path / "second")
    texts = [NEW, *(example.text for example in data.train[:8])]
    again = lineup.load(classifier, tmp_path / "second")
    np.testing.assert_allclose(again.predict_proba(texts), second.predict_proba(texts), atol=1e-6)
    # The version before, on whose files the second began, is as it was.
    unchanged = lineup.load(classifier, tmp_path / "first")
    np.testing.assert_allclose(unchanged.predict_proba(texts), first.predict_proba(texts), atol=1e-6)


def test_the_changed_items_are_all_rehearsed_with_a_sample_of_the_others(monkeypatch):
    monkeypatch.setattr("classifier.continuing.LEAST_REHEARSED", 5)
    data = toy_data(96)
    few, many = rehearsal(data, {3}), rehearsal(data, {3, 4, 5, 6})
    assert next(example.item_id for example in few.train) == 3
    assert (len(few.train), len(many.train)) == (1 + 5, 4 + 16)
    assert few.validation == data.validation
    assert set(few.train) < set(data.train)
    assert rehearsal(data, {3}) == few != rehearsal(data, {3}, seed=1)


def test_only_recipes_whose_saved_state_can_learn_go_on():
    profile = PROFILES["starter"]
    able = {name for name, one in PRESETS.items() if can_go_on(one.apply(profile.recipe(one.classifier)))}
    assert {"bert", "bert-windows", "llm-lora", "llm-dora", "llm-full", "prompt", "prompt-10-examples"} <= able
    assert not able & {"bert-pet", "bert-distilled", "bert-mmr", "llm-prefix", "llm-adalora", "llm-adapter"}
    assert not can_go_on(profile.recipe("retriever"))


def test_an_attack_on_the_input_table_goes_on_only_where_the_table_is_read_back_to_be_trained():
    profile, noise = PROFILES["starter"], Noise(fgm_epsilon=1.0)
    assert {
        name: can_go_on(replace(preset(name).apply(profile.recipe(PRESETS[name].classifier)), noise=noise))
        for name in ("bert", "llm-lora", "llm-full")
    } == {"bert": True, "llm-lora": False, "llm-full": True}


@pytest.mark.parametrize("trained", [True, False])
def test_the_input_table_goes_on_learning_only_where_the_recipe_trains_it(tmp_path, trained):
    source, data = checkpoint(tmp_path / "hub", DECODERS, "qwen2"), replace(toy_data(64), validation=())
    chosen = recipe("llm-full", source)
    chosen = replace(chosen, tuning=replace(chosen.tuning, train_embeddings=trained), epochs=1)
    lineup.fit("llm_head", chosen, data, Unwatched(), tmp_path / "workspace").save(tmp_path / "first")
    more, changed = corrected(data)
    second = lineup.go_on("llm_head", tmp_path / "first", rehearsal(more, changed), Unwatched())
    first = lineup.load("llm_head", tmp_path / "first")
    before, after = (model.model.get_input_embeddings().weight for model in (first, second))
    assert torch.equal(before, after) == (not trained)
