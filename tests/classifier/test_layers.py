"""Layers of every architecture by the model's own list: what is frozen, and what learns how fast."""

import pytest
from torch import nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    Qwen2Config,
    Qwen2ForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from classifier.layers import decayed_rates, depths, freeze_lower

SHAPE = {
    "vocab_size": 50,
    "hidden_size": 8,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "pad_token_id": 0,
}
MODELS = {
    "bert": (BertForSequenceClassification, BertConfig(**SHAPE), "bert.encoder.layer.{}."),
    "roberta": (RobertaForSequenceClassification, RobertaConfig(**SHAPE), "roberta.encoder.layer.{}."),
    "modernbert": (
        ModernBertForSequenceClassification,
        ModernBertConfig(**SHAPE, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2),
        "model.layers.{}.",
    ),
    "qwen2": (Qwen2ForSequenceClassification, Qwen2Config(**SHAPE, num_key_value_heads=2), "model.layers.{}."),
}


def made(kind):
    build, config, place = MODELS[kind]
    return build(config), place


@pytest.mark.parametrize("kind", MODELS)
def test_embeddings_are_lowest_the_head_is_highest_and_layers_between(kind):
    model, place = made(kind)
    places, layers = depths(model)
    assert layers == 4
    assert set(places) == {name for name, _ in model.named_parameters()}
    for name, depth in places.items():
        inside = [number for number in range(4) if name.startswith(place.format(number))]
        if inside:
            assert depth == inside[0] + 1
        else:
            assert depth == (0 if "embed" in name else 5), name


@pytest.mark.parametrize("kind", MODELS)
def test_half_frozen_is_the_embeddings_and_the_lower_half(kind):
    model, place = made(kind)
    freeze_lower(model, 0.5)
    for name, parameter in model.named_parameters():
        lower = "embed" in name or name.startswith((place.format(0), place.format(1)))
        assert parameter.requires_grad != lower, name


def test_rates_fall_by_the_decay_for_each_layer_down():
    model, place = made("bert")
    rates = decayed_rates(model, 0.5)
    assert rates["classifier.weight"] == rates["bert.pooler.dense.weight"] == 1.0
    assert [rates[f"{place.format(n)}output.dense.weight"] for n in range(4)] == [1 / 16, 1 / 8, 1 / 4, 1 / 2]
    assert rates["bert.embeddings.word_embeddings.weight"] == 1 / 32


def test_off_costs_nothing():
    model, _ = made("bert")
    assert decayed_rates(model, 1.0) == {}
    freeze_lower(model, 0.0)
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_a_model_without_its_list_of_layers_is_refused():
    model, _ = made("bert")
    model.bert.encoder.layer = nn.Sequential(*model.bert.encoder.layer)
    with pytest.raises(ValueError, match="no list of 4 layers"):
        depths(model)
