"""Every way to adapt an LLM with a head, on tiny checkpoints of real architectures: trained, saved, read, merged."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from classifier import lineup
from classifier.checkpoints import load_scorer
from classifier.last_token import last_token_logits
from classifier.presets import preset, presets_of
from classifier.profiles import PROFILES
from classifier.recipes import STARTER
from classifier.tokens import load_tokenizer
from classifier.watch import Unwatched
from tests.classifier.test_checkpoints import DECODERS, checkpoint
from tests.classifier.toy import toy_data

NAMES = [preset.name for preset in presets_of("llm_head")]
TEXTS = ["公司今天宣布 收购", "据报道", "the company said recall 第1号 市场认为"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A path of each kind of decoder."""
    place = tmp_path_factory.mktemp("hub")
    return {kind: checkpoint(place / kind, DECODERS, kind) for kind in DECODERS} | {STARTER: STARTER}


def recipe_of(name, source, **changes):
    recipe = preset(name).apply(PROFILES["starter"].recipe("llm_head").with_checkpoint(source))
    return replace(recipe, **{"epochs": 2, "batch_size": 8} | changes)


def fitted(name, source, tmp_path, **changes):
    return lineup.fit("llm_head", recipe_of(name, source, **changes), toy_data(32), Unwatched(), tmp_path / "workspace")


ALL = [("qwen2", name) for name in NAMES] + [
    pytest.param(kind, name, marks=() if name in ("llm-lora", "llm-prefix") else pytest.mark.slow)
    for kind in ("qwen3", "llama", "starter")
    for name in NAMES
]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_preset_trains_and_is_read_back_as_it_was(sources, tmp_path, kind, name):
    model = fitted(name, sources[kind], tmp_path)
    scores = model.predict_proba(TEXTS)
    assert np.isfinite(scores).all()
    for turn in ("first", "again"):
        model.save(tmp_path / turn)
        model = lineup.load("llm_head", tmp_path / turn)
        np.testing.assert_allclose(model.predict_proba(TEXTS), scores, atol=1e-6)


@pytest.mark.parametrize("name", ["llm-lora", "llm-prefix", "llm-adapter", "llm-full"])
def test_the_trained_head_comes_back_to_the_last_bit(sources, tmp_path, name):
    model = fitted(name, sources["qwen2"], tmp_path)
    model.save(tmp_path / "saved")
    loaded = lineup.load("llm_head", tmp_path / "saved")
    heads = [weights_of_head(one) for one in (model, loaded)]
    assert heads[0].tobytes() == heads[1].tobytes()
    fresh = load_scorer(sources["qwen2"], model.labels).score.weight.detach().numpy()
    assert np.abs(heads[0] - fresh).max() > 1e-4
    stored = [load_file(file) for file in (tmp_path / "saved").rglob("*.safetensors")]
    (head,) = [tensor for file in stored for key, tensor in file.items() if "score" in key]
    assert head.numpy().tobytes() == heads[0].tobytes()


def weights_of_head(model):
    (head,) = [p for name, p in model.model.named_parameters() if "score" in name and "original_module" not in name]
    return head.detach().numpy()


@pytest.mark.parametrize("kind", DECODERS)
def test_a_new_head_on_half_precision_weights_starts_with_a_loss_that_is_a_number(sources, kind):
    model = load_scorer(sources[kind], ["a", "b", "c"], load_tokenizer(sources[kind]))
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert 0.01 < model.score.weight.std().item() < 0.03
    ids = torch.arange(40).view(4, 10)
    with torch.autocast("cpu", torch.bfloat16):
        logits = last_token_logits(model, ids, torch.ones_like(ids))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    assert abs(loss.item() - np.log(2)) < 0.2


def test_a_learning_rate_that_is_too_large_ends_with_a_sentence_that_names_it(sources, tmp_path):
    with pytest.raises(RuntimeError, match=r"at learning_rate 1e\+20 .* choose a smaller learning_rate"):
        fitted("llm-lora", sources["qwen2"], tmp_path, learning_rate=1e20)


@pytest.mark.parametrize("name", ["llm-lora", "llm-prefix", "llm-prompt-tuning"])
def test_texts_without_a_single_token_are_scored_too(sources, tmp_path, name):
    model = fitted(name, sources["llama"], tmp_path, epochs=1)
    model.tokenizer.backend_tokenizer.post_processor = None
    assert model.tokenizer("")["input_ids"] == []
    alone, together = model.predict_proba([""]), model.predict_proba(["", TEXTS[2]])
    np.testing.assert_allclose(together[:1], alone, atol=0.01)


@pytest.mark.parametrize("name", ["llm-lora", "llm-adalora", "llm-full"])
def test_a_merged_checkpoint_is_a_plain_one_that_says_the_same(sources, tmp_path, name):
    model = fitted(name, sources["qwen2"], tmp_path)
    before = model.predict_proba(TEXTS)
    model.merge(tmp_path / "merged")
    np.testing.assert_array_equal(model.predict_proba(TEXTS), before)
    plain = AutoModelForSequenceClassification.from_pretrained(tmp_path / "merged").eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "merged")
    assert plain.config.id2label == dict(enumerate(model.labels))
    with torch.inference_mode():
        scores = plain(**tokenizer(TEXTS, padding=True, return_tensors="pt")).logits.sigmoid().numpy()
    # The classifier may compute in half precision.
    np.testing.assert_allclose(scores, before, atol=0.01)
    assert {file.suffix for file in (tmp_path / "merged").iterdir()} <= {".json", ".safetensors", ".jinja", ".txt"}
