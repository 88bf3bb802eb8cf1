"""One base in memory for several versions, label sets and classifiers, counted in bytes of distinct tensors."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from gc import collect

import numpy as np
import pytest
import torch
from torch import nn
from transformers import Qwen2Config, Qwen2ForCausalLM

from classifier import lineup
from classifier.examples import Example, Label, TrainingData
from classifier.mixed_batch import MixedBatch
from classifier.options.tuning import Tuning
from classifier.patched_table import PatchedTable
from classifier.profiles import PROFILES
from classifier.shared_base import SharedBase
from classifier.tokens import train_tokenizer
from classifier.watch import Unwatched
from tests.classifier.toy import toy_data

TEXTS = ["公司今天宣布 收购", "据报道", "the company said recall"]
WORDS = 20_000


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A checkpoint with the proportions of real ones: most of its words never occur, its layers are wide."""
    directory = tmp_path_factory.mktemp("hub") / "qwen2"
    tokenizer = train_tokenizer([example.text for example in toy_data().train], 400)
    shape = {"hidden_size": 256, "num_hidden_layers": 2, "intermediate_size": 1024, "vocab_size": WORDS}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": True}
    config = Qwen2Config(**shape, **heads, bos_token_id=None, eos_token_id=tokenizer.eos_token_id)
    torch.manual_seed(0)
    Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return str(directory)


@pytest.fixture(scope="module")
def saved(source, tmp_path_factory):
    """Directories of two `llm_head` versions, one of other labels, and a `prompt` version, all of one checkpoint."""
    place = tmp_path_factory.mktemp("versions")
    fits = {
        "first": ("llm_head", "lora", toy_data(32)),
        "second": ("llm_head", "bottleneck", renamed(toy_data(32))),
        "third": ("llm_head", "lora", toy_data(32)),
        "prompt": ("prompt", None, toy_data(32)),
    }
    scores = {}
    for number, (name, (classifier, method, data)) in enumerate(fits.items()):
        recipe = PROFILES["starter"].recipe(classifier).with_checkpoint(source)
        if method is not None:
            tuning = Tuning(r=2, alpha=4, method=method, train_embeddings=method == "lora")
            recipe = replace(recipe, tuning=tuning, epochs=1, seed=number)
        model = lineup.fit(classifier, recipe, data, Unwatched(), place / "workspace")
        model.save(place / name)
        scores[name] = model.predict_proba(TEXTS)
    return place, scores


def renamed(data):
    names = {label.name: f"sort {label.name}" for label in data.labels}

    def other(examples):
        return tuple(Example(e.text, tuple(names[label] for label in e.labels), item_id=e.item_id) for e in examples)

    return TrainingData((*(Label(name) for name in names.values()), Label("x")), other(data.train), ())


def load(place, name):
    return lineup.load("prompt" if name == "prompt" else "llm_head", place / name)


def network(classifier):
    """The one module of a classifier, whichever it is."""
    model = classifier.model
    return model if isinstance(model, nn.Module) else model.model


def bytes_of(*models):
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for m in models for t in tensors(m)}
    return sum(storages.values())


def tensors(model):
    return [*model.parameters(), *model.buffers()]


def test_llm_head_and_prompt_together_need_little_more_than_their_base(source, saved):
    place, _ = saved
    base = bytes_of(SharedBase.of(source).causal_lm())
    both = bytes_of(network(load(place, "first")), network(load(place, "prompt")))
    assert base < both <= 1.15 * base


def test_four_models_on_one_base_say_what_they_said_alone(saved):
    place, scores = saved
    models = {name: load(place, name) for name in scores}
    for name in [*scores, *reversed(scores)]:
        np.testing.assert_allclose(models[name].predict_proba(TEXTS), scores[name], atol=1e-6)
    tables = {network(model).get_input_embeddings() for model in models.values()}
    inner = {t.table.weight.data_ptr() if isinstance(t, PatchedTable) else t.weight.data_ptr() for t in tables}
    assert len(inner) == 1


def test_two_threads_may_ask_two_models_at_once(saved):
    place, scores = saved
    with ThreadPoolExecutor(4) as threads:
        models = dict(zip(scores, threads.map(lambda name: load(place, name), scores), strict=True))
        asked = [name for name in scores for _ in range(6)]
        for name, said in zip(asked, threads.map(lambda name: models[name].predict_proba(TEXTS), asked), strict=True):
            np.testing.assert_allclose(said, scores[name], atol=1e-6)


def test_a_base_is_let_go_with_the_last_model_that_uses_it(source, saved):
    held = SharedBase.of(source)
    model = load(saved[0], "first")
    assert network(model).get_base_model().shared_base is held
    mark = id(held)
    del held
    collect()
    assert id(SharedBase.of(source)) == mark
    del model
    collect()
    from classifier.shared_base import _bases

    assert not [key for key in _bases if key[0] == source]


def test_a_checkpoint_that_was_written_anew_is_another_base(source, tmp_path):
    directory = tmp_path / "copy"
    model = SharedBase.of(source).causal_lm()
    model.save_pretrained(directory)
    before = SharedBase.of(directory)
    with torch.no_grad():
        other = Qwen2ForCausalLM(model.config)
    other.save_pretrained(directory)
    assert SharedBase.of(directory) is not before


def test_merging_one_version_leaves_the_others_as_they_were(saved, tmp_path):
    place, scores = saved
    first, third = load(place, "first"), load(place, "third")
    first.merge(tmp_path / "merged")
    for name, model in (("first", first), ("third", third)):
        np.testing.assert_allclose(model.predict_proba(TEXTS), scores[name], atol=1e-6)


def test_of_the_input_table_only_the_rows_that_learned_are_kept(source, saved):
    place, _ = saved
    table = network(load(place, "first")).get_input_embeddings()
    assert isinstance(table, PatchedTable)
    words = {token for e in toy_data(32).train for token in load(place, "first").tokenizer(e.text)["input_ids"]}
    assert set(table.rows.tolist()) <= words
    assert len(table.rows) > len(words) / 2
    ids = torch.arange(WORDS)
    torch.testing.assert_close(table(ids), table.whole()(ids), atol=0, rtol=0)
    assert sum(file.stat().st_size for file in (place / "first").rglob("*.safetensors")) < WORDS * 256


def test_a_whole_table_of_an_earlier_release_is_read_without_rounding(source, saved, tmp_path, monkeypatch):
    monkeypatch.setattr("classifier.tuning.write_table", lambda model, directory: None)
    recipe = PROFILES["starter"].recipe("llm_head").with_checkpoint(source)
    recipe = replace(recipe, tuning=Tuning(r=2, alpha=4), epochs=1)
    model = lineup.fit("llm_head", recipe, toy_data(32), Unwatched(), tmp_path)
    model.save(tmp_path / "saved")
    assert not list((tmp_path / "saved").rglob("table.safetensors"))
    scores = lineup.load("llm_head", tmp_path / "saved").predict_proba(TEXTS)
    np.testing.assert_allclose(scores, model.predict_proba(TEXTS), atol=1e-6)


def test_a_table_of_which_no_row_learned_is_read_again(source, tmp_path):
    """Guards a saved version that could not be scored: a training kept its start, and its patched table was empty."""
    recipe = PROFILES["starter"].recipe("llm_head").with_checkpoint(source)
    recipe = replace(recipe, tuning=Tuning(r=2, alpha=4), epochs=1, start_lead=2.0)
    model = lineup.fit("llm_head", recipe, toy_data(32), Unwatched(), tmp_path)
    model.save(tmp_path / "saved")
    scores = lineup.load("llm_head", tmp_path / "saved").predict_proba(TEXTS)
    np.testing.assert_allclose(scores, model.predict_proba(TEXTS), atol=1e-6)


def test_a_batch_may_go_through_several_versions_at_once(source, saved, tmp_path):
    recipe = PROFILES["starter"].recipe("llm_head").with_checkpoint(source)
    recipe = replace(recipe, tuning=Tuning(r=4, alpha=4, method="rslora"), epochs=1, seed=5)
    lineup.fit("llm_head", recipe, renamed(toy_data(32)), Unwatched(), tmp_path).save(tmp_path / "other")
    versions = {"first": load(saved[0], "first"), "other": lineup.load("llm_head", tmp_path / "other")}
    names = ["first", "other", "other", "first", "other"]
    texts = [*TEXTS, "", TEXTS[0]]
    said = MixedBatch(versions).predict_proba(texts, names)
    assert [len(scores) for scores in said] == [3, 4, 4, 3, 4]
    for name, text, scores in zip(names, texts, said, strict=True):
        # As far as half precision goes: other rows pad the batch.
        np.testing.assert_allclose(scores, versions[name].predict_proba([text])[0], atol=5e-3)
    assert np.abs(versions["first"].predict_proba(TEXTS) - versions["other"].predict_proba(TEXTS)[:, :3]).max() > 0.02


def test_only_low_rank_versions_of_one_base_share_a_batch(source, saved, tmp_path):
    first = load(saved[0], "first")
    with pytest.raises(ValueError, match="bottleneck cannot be mixed"):
        MixedBatch({"first": first, "second": load(saved[0], "second")})
    recipe = replace(PROFILES["starter"].recipe("llm_head"), epochs=1)
    lineup.fit("llm_head", recipe, toy_data(32), Unwatched(), tmp_path / "workspace").save(tmp_path / "starter")
    with pytest.raises(ValueError, match="different checkpoints"):
        MixedBatch({"first": first, "starter": lineup.load("llm_head", tmp_path / "starter")})
