"""Every recipe of the encoder trains to the end, and what is saved is what was trained."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from classifier import lineup
from classifier.batches import padded
from classifier.examples import Example, TrainingData
from classifier.options.changes import changed
from classifier.options.data import Data
from classifier.presets import preset, presets_of
from classifier.profiles import PROFILES
from classifier.sequence import checkpointed
from classifier.targets import target_matrix
from classifier.validation import best_micro_f1
from classifier.watch import Unwatched
from tests.classifier.test_checkpoints import ENCODERS, checkpoint
from tests.classifier.toy import Recorder, toy_data

TEXTS = ["公司今天宣布 收购 第1号", "据报道 裁员", "", "据报道 " * 40 + "收购", "the company said recall"]
PRESETS = [one.name for one in presets_of("bert")]
TINY = {"epochs": 1, "batch_size": 16, "seconds": 60.0, "max_length": 24}
ENLARGING = {name for name in PRESETS if preset(name).apply(PROFILES["starter"].recipe("bert")).data != Data()}
"""Those that change what is learned from, not how; they have tests of their own."""


def single_label(data):
    """The same world, each item with its first label only."""

    def first(examples):
        return tuple(replace(example, labels=example.labels[:1]) for example in examples)

    return TrainingData(data.labels, first(data.train), first(data.validation), data.unlabelled)


def data_for(name):
    data = replace(toy_data(), unlabelled=tuple(example.text for example in toy_data(120).train))
    return single_label(data) if name == "bert-single-label" else data


def recipe(name, **changes):
    chosen = changed(preset(name).apply(PROFILES["starter"].recipe("bert")), TINY | changes)
    # A cloze spends shares of its time on learning the language and on searching, however few the epochs.
    return replace(chosen, seconds=3.0) if chosen.cloze.template else chosen


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """One foundation for all: what the starters share is the same whatever the recipe."""
    return tmp_path_factory.mktemp("workspace")


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in ENLARGING])
def test_a_preset_trains_to_the_end_and_comes_back_as_it_was(workspace, tmp_path, name):
    model = lineup.fit("bert", recipe(name), data_for(name), Unwatched(), workspace)
    scores = model.predict_proba(TEXTS)
    model.save(tmp_path / "saved")
    loaded = lineup.load("bert", tmp_path / "saved")
    assert loaded.recipe == model.recipe
    assert loaded.recipe.preset == name
    assert scores.shape == (5, 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), scores, atol=1e-6)
    assert loaded.tokens_read(TEXTS) == model.tokens_read(TEXTS)


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("name", ["bert-large", "bert-frozen", "bert-r-drop", "bert-fgm", "bert-windows"])
def test_a_preset_suits_checkpoints_of_every_architecture(tmp_path, kind, name):
    source = checkpoint(tmp_path / "hub", ENCODERS, kind)
    fitted = lineup.fit("bert", recipe(name, checkpoint=source), toy_data(32), Unwatched(), tmp_path)
    assert np.isfinite(fitted.predict_proba(TEXTS)).all()


@pytest.mark.parametrize("pool", ["max", "mean"])
def test_a_long_text_scores_as_its_windows_pooled(workspace, pool):
    changes = {"reading": {"mode": "windows", "stride": 12, "pool": pool}}
    model = lineup.fit("bert", recipe("bert", **changes), toy_data(), Unwatched(), workspace)
    (windows,) = model.reader().read([TEXTS[3]])
    assert len(windows) > 3
    with torch.inference_mode():
        each = torch.stack([model.model(**padded([window], 0)).logits[0] for window in windows])
    pooled = torch.sigmoid(each.amax(dim=0) if pool == "max" else each.mean(dim=0))
    # As far as half precision goes, beside other texts too.
    np.testing.assert_allclose(model.predict_proba(TEXTS)[3], pooled.numpy(), atol=0.02)


def test_windows_learn_what_the_head_does_not_see(workspace):
    def late(examples):
        return tuple(replace(example, text="据报道 " * 30 + example.text) for example in examples)

    data = replace(toy_data(), train=late(toy_data().train), validation=late(toy_data().validation))
    found = {}
    for name in ("bert", "bert-windows"):
        model = lineup.fit("bert", recipe(name, epochs=8), data, Unwatched(), workspace)
        texts = [example.text for example in data.validation]
        found[name] = best_micro_f1(model.predict_proba(texts), target_matrix(data.validation, model.labels))
        assert (model.tokens_read(texts)[0].share == 1.0) == (name == "bert-windows")
    assert found["bert-windows"] > 0.9
    assert found["bert"] < 0.7


def test_single_labels_are_learned_as_shares_of_one_whole(workspace):
    data = single_label(toy_data())
    model = lineup.fit("bert", recipe("bert-single-label", epochs=8), data, Unwatched(), workspace)
    scores = model.predict_proba([example.text for example in data.validation])
    assert (scores.sum(axis=1) <= 1 + 1e-6).all()
    assert best_micro_f1(scores, target_matrix(data.validation, model.labels)) > 0.9


def test_items_with_several_labels_are_refused_for_single_labels(workspace):
    with pytest.raises(ValueError, match="9 training items have several labels"):
        lineup.fit("bert", recipe("bert-single-label"), toy_data(), Unwatched(), workspace)


def test_frozen_layers_stay_and_the_others_learn(tmp_path):
    source = checkpoint(tmp_path / "hub", ENCODERS, "bert")
    data = replace(toy_data(32), validation=())
    start = lineup.fit("bert", recipe("bert", checkpoint=source, learning_rate=1e-12), data, Unwatched(), tmp_path)
    end = lineup.fit("bert", recipe("bert-frozen", checkpoint=source), data, Unwatched(), tmp_path)
    before, after = dict(start.model.named_parameters()), dict(end.model.named_parameters())
    same = {name for name in before if torch.allclose(before[name], after[name], rtol=0, atol=1e-9)}
    assert same == {name for name in before if "embeddings" in name or ".layer.0." in name}


def test_the_head_of_a_checkpoint_is_drawn_by_the_seed_alone(tmp_path):
    source, heads = checkpoint(tmp_path / "hub", ENCODERS, "bert"), []
    for drawn_before, seed in ((1, 0), (2, 0), (2, 1)):
        torch.manual_seed(drawn_before)
        chosen = recipe("bert", checkpoint=source, seed=seed, seconds=1e-9)
        heads.append(lineup.fit("bert", chosen, toy_data(32), Unwatched(), tmp_path).model.classifier.weight)
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[1], heads[2])


def test_checkpointed_gradients_are_the_same(workspace):
    model = lineup.fit("bert", recipe("bert"), toy_data(), Unwatched(), workspace).model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    batch = padded([[1, 20, 21, 22, 2]], 0)
    gradients = []
    for kept in (True, False):
        model.zero_grad()
        if kept:
            model(**batch).logits.sum().backward()
        else:
            with checkpointed(model):
                assert model.is_activation_checkpointing
                model(**batch).logits.sum().backward()
            assert not model.is_activation_checkpointing
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second)


def test_an_item_without_labels_alone_is_no_single_label_error(workspace):
    data = single_label(toy_data(16))
    blank = replace(data, train=(*data.train, Example("据报道 第9号")))
    assert lineup.fit("bert", recipe("bert-single-label"), blank, Unwatched(), workspace).labels == data.label_names


def test_progress_goes_on_and_no_curve_holds_two_trainings(workspace):
    watch = Recorder()
    # Time enough that each stage has something to tell, also on a busy machine.
    chosen = replace(recipe("bert-pet-student"), seconds=30.0)
    lineup.fit("bert", chosen, data_for("bert-pet-student"), watch, workspace)
    assert {"teacher_reading_loss", "teacher_loss", "loss"} <= set(watch.points)
    for points in watch.points.values():
        assert [step for step, _ in points] == sorted({step for step, _ in points})
    # Within its stretch the foundation and each scoring begin anew.
    assert max(watch.steps) <= 1.0
    assert watch.steps[-1] > 0.5
