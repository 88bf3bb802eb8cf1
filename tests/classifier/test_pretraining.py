"""Reading the desk's texts before their labels: the body learns, the head stays, and what is saved is what was read."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from classifier import lineup
from classifier.checkpoints import load_scorer
from classifier.options.data import Data, Pretraining
from classifier.presets import preset
from classifier.pretraining import pretrained, read
from classifier.profiles import PROFILES
from classifier.tokens import load_tokenizer
from classifier.watch import Cancelled, Unwatched
from tests.classifier.test_checkpoints import DECODERS, ENCODERS, checkpoint
from tests.classifier.toy import Recorder, toy_data

TEXTS = ["公司今天宣布 收购", "据报道"]
UNLABELLED = tuple(f"{example.text} 消息" for example in toy_data().validation)
READING = Data(pretraining=Pretraining(share=0.4, epochs=30, learning_rate=3e-3))


def recipe(name, source="starter", **changes):
    base = PROFILES["starter"].recipe(name).with_checkpoint(source)
    return replace(base, **{"epochs": 2, "seconds": 60.0, "data": READING} | changes)


def data():
    return replace(toy_data(32), unlabelled=UNLABELLED)


@pytest.fixture(params=[*ENCODERS, *DECODERS])
def scorer(request, tmp_path):
    """A scorer out of a tiny checkpoint of each architecture, its tokenizer, and the classifier that would use it."""
    kinds = ENCODERS if request.param in ENCODERS else DECODERS
    source = checkpoint(tmp_path / "hub", kinds, request.param)
    tokenizer = load_tokenizer(source)
    return load_scorer(source, data().label_names, tokenizer), tokenizer, "bert" if kinds is ENCODERS else "llm_head"


def test_reading_lowers_the_loss_and_changes_the_body_but_not_the_head(scorer):
    model, tokenizer, name = scorer
    before = {key: value.clone() for key, value in model.state_dict().items()}
    watch = Recorder()
    read(model, tokenizer, recipe(name, model.name_or_path), [example.text for example in data().train], watch)

    losses = [value for _, value in watch.points["pretraining_loss"]]
    assert losses[-1] < losses[0] - 0.5
    after = model.state_dict()
    assert after.keys() == before.keys()
    body = [key for key in before if key.startswith(f"{model.base_model_prefix}.") and "pooler" not in key]
    assert sum(not torch.equal(before[key], after[key]) for key in body) > len(body) / 2
    assert all(torch.equal(before[key], after[key]) for key in before if key.startswith(("score", "classifier")))
    assert max(watch.steps) <= 0.4


def test_a_killed_job_finds_what_it_had_read(scorer, tmp_path):
    model, tokenizer, name = scorer
    of_source = recipe(name, model.name_or_path, seconds=1.0)
    first = pretrained(model, tokenizer, of_source, data(), Unwatched(), tmp_path / "read")
    again = pretrained(model, tokenizer, of_source, data(), Recorder(stop_after=0), tmp_path / "read")
    for key, value in first.state_dict().items():
        torch.testing.assert_close(again.state_dict()[key], value, atol=0, rtol=0)


def test_without_a_share_of_time_nothing_is_read(scorer, tmp_path):
    model, tokenizer, name = scorer
    unread = recipe(name, model.name_or_path, data=Data())
    assert pretrained(model, tokenizer, unread, data(), Recorder(stop_after=0), tmp_path / "read") is model
    assert not (tmp_path / "read").exists()


@pytest.mark.parametrize(("name", "kinds", "kind"), [("bert", ENCODERS, "bert"), ("llm_head", DECODERS, "qwen2")])
def test_a_pretrained_version_stands_for_itself(tmp_path, name, kinds, kind):
    source = checkpoint(tmp_path / "hub", kinds, kind)
    stands_for_itself(name, source, tmp_path)


@pytest.mark.parametrize("name", ["bert", "llm_head"])
def test_so_does_a_starter_that_has_read(tmp_path, name):
    stands_for_itself(name, "starter", tmp_path)


def stands_for_itself(name, source, tmp_path):
    watch = Recorder()
    of_source = recipe(name, source, seconds=10.0)
    model = lineup.fit(name, of_source, data(), watch, tmp_path / "workspace")
    model.save(tmp_path / "saved")
    scores = model.predict_proba(TEXTS)
    shutil.rmtree(tmp_path / "workspace")
    loaded = lineup.load(name, tmp_path / "saved")
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), scores, atol=1e-6)
    assert loaded.recipe == of_source
    assert {"pretraining_loss", "loss"} <= set(watch.points)


def test_the_wish_to_stop_is_heard_while_it_reads(tmp_path):
    source = checkpoint(tmp_path / "hub", ENCODERS, "bert")
    with pytest.raises(Cancelled):
        lineup.fit("bert", recipe("bert", source), data(), Recorder(stop_after=3), tmp_path / "workspace")


def test_a_cloze_is_not_pretrained_but_its_student_may_be():
    pet = preset("bert-pet").apply(recipe("bert", data=Data()))
    with pytest.raises(ValueError, match="a cloze reads by itself"):
        replace(pet, data=READING)
    assert replace(preset("bert-pet-student").apply(pet), data=READING).data == READING
