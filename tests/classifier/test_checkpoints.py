"""Checkpoints from elsewhere, tiny ones of real architectures: the same code loads, trains, saves and scores them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    LlamaConfig,
    LlamaForCausalLM,
    ModernBertConfig,
    ModernBertForMaskedLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    RobertaConfig,
    RobertaForMaskedLM,
)

from classifier import lineup
from classifier.options.noise import Noise
from classifier.profiles import PROFILES
from classifier.tokens import train_tokenizer
from classifier.tuning import PROJECTIONS
from classifier.watch import Unwatched
from tests.classifier.toy import toy_data

SHAPE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
ENCODERS = {
    "bert": (BertConfig, BertForMaskedLM),
    "roberta": (RobertaConfig, RobertaForMaskedLM),
    "modernbert": (ModernBertConfig, ModernBertForMaskedLM),
}
DECODERS = {
    "qwen2": (Qwen2Config, Qwen2ForCausalLM),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM),
    "llama": (LlamaConfig, LlamaForCausalLM),
}
TEXTS = ["公司今天宣布 收购", "据报道"]


def checkpoint(directory, kinds, kind):
    """A checkpoint as they lie on the hub: half precision, no head for labels; a causal LM has no pad token."""
    tokenizer = train_tokenizer([example.text for example in toy_data().train], 400)
    if kinds is DECODERS:
        tokenizer.pad_token = None
    configuration, model = kinds[kind]
    heads = {"num_key_value_heads": 2} if kinds is DECODERS else {}
    special = {"pad_token_id": tokenizer.pad_token_id, "bos_token_id": None, "eos_token_id": tokenizer.eos_token_id}
    config = configuration(vocab_size=len(tokenizer), **SHAPE, **special, **heads)
    model(config).to(torch.bfloat16).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return str(directory)


def fitted(name, source, tmp_path, **changes):
    recipe = PROFILES["starter"].recipe(name).with_checkpoint(source)
    recipe = replace(recipe, epochs=2, **changes)
    return lineup.fit(name, recipe, toy_data(32), Unwatched(), tmp_path / "workspace")


@pytest.mark.parametrize("kind", ENCODERS)
def test_an_encoder_from_elsewhere_is_fine_tuned_and_saved_whole(tmp_path, kind):
    model = fitted("bert", checkpoint(tmp_path / "hub", ENCODERS, kind), tmp_path)
    model.save(tmp_path / "saved")
    scores = model.predict_proba(TEXTS)
    assert np.isfinite(scores).all()
    (tmp_path / "hub").rename(tmp_path / "gone")
    np.testing.assert_allclose(lineup.load("bert", tmp_path / "saved").predict_proba(TEXTS), scores, atol=1e-6)


@pytest.mark.parametrize("kind", DECODERS)
def test_a_causal_llm_from_elsewhere_gets_a_head_and_lora(tmp_path, kind):
    model = fitted("llm_head", checkpoint(tmp_path / "hub", DECODERS, kind), tmp_path, noise=Noise(neftune_alpha=5.0))
    model.save(tmp_path / "saved")
    scores = model.predict_proba(TEXTS)
    assert np.isfinite(scores).all()
    assert not (tmp_path / "saved" / "base").exists()
    np.testing.assert_allclose(lineup.load("llm_head", tmp_path / "saved").predict_proba(TEXTS), scores, atol=1e-6)


def test_lora_reaches_every_projection_and_head_and_embeddings_are_trained(tmp_path):
    model = fitted("llm_head", checkpoint(tmp_path / "hub", DECODERS, "qwen2"), tmp_path).model
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    for projection in PROJECTIONS:
        assert sum(f".{projection}.lora_A" in name for name in trained) == SHAPE["num_hidden_layers"]
    assert {name.split(".modules_to_save")[0].rsplit(".", 1)[1] for name in trained if "modules_to_save" in name} == {
        "score",
        "embed_tokens",
    }
    assert not {name for name in trained if "lora_" not in name and "modules_to_save" not in name}


def test_what_a_checkpoint_knows_of_the_body_is_kept(tmp_path):
    source = checkpoint(tmp_path / "hub", ENCODERS, "bert")
    original = BertForMaskedLM.from_pretrained(source, dtype=torch.float32)
    model = fitted("bert", source, tmp_path, learning_rate=1e-9).model
    torch.testing.assert_close(
        model.bert.encoder.layer[1].output.dense.weight,
        original.bert.encoder.layer[1].output.dense.weight,
        atol=1e-5,
        rtol=0,
    )


def test_noise_on_embeddings_is_gone_after_the_training(tmp_path):
    model = fitted(
        "llm_head", checkpoint(tmp_path / "hub", DECODERS, "qwen2"), tmp_path, noise=Noise(neftune_alpha=50.0)
    )
    model.model.train()
    for module in model.model.modules():
        assert not module._forward_hooks
