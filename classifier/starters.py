"""Makes the starter models: real architectures, two layers, 256 wide, input embeddings from the foundation.

Knows no training. A starter can take the place of a hub checkpoint anywhere, because it is one, only smaller.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    PreTrainedTokenizerBase,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2ForSequenceClassification,
)

from classifier.foundation import Foundation
from classifier.warm_start import write_into_bert, write_into_qwen2

LAYERS = 2
HEADS = 4
POSITIONS = 512
EMBEDDING_SPREAD = 0.05


def small_bert(foundation: Foundation, labels: Sequence[str], seed: int = 0) -> BertForSequenceClassification:
    """Make a BERT (Devlin et al. 2018) with a multi-label head for these labels."""
    torch.manual_seed(seed)
    model = BertForSequenceClassification(BertConfig(**_bert(foundation), **_labelled(labels)))
    if foundation.svm is not None:
        write_into_bert(model, foundation.svm, foundation.embeddings, foundation.tokenizer.cls_token_id)
    return model


def small_bert_language(foundation: Foundation, seed: int = 0) -> BertForMaskedLM:
    """Make a BERT that fills gaps, whose output embeddings are its input embeddings; it knows no language yet."""
    torch.manual_seed(seed)
    model = BertForMaskedLM(BertConfig(**_bert(foundation)))
    _set(model.bert.embeddings.word_embeddings, foundation)
    return model


def small_qwen2_scorer(foundation: Foundation, labels: Sequence[str], seed: int = 0) -> Qwen2ForSequenceClassification:
    """Make a Qwen2 with a multi-label head for these labels."""
    torch.manual_seed(seed)
    model = Qwen2ForSequenceClassification(Qwen2Config(**_qwen2(foundation), **_labelled(labels)))
    if foundation.svm is not None:
        write_into_qwen2(model, foundation.svm, foundation.embeddings, foundation.tokenizer.cls_token_id)
    return model


def small_qwen2(foundation: Foundation, positions: int = 1024, seed: int = 0) -> Qwen2ForCausalLM:
    """Make a Qwen2 (Yang et al. 2024) language model whose output embeddings are its input embeddings."""
    torch.manual_seed(seed)
    model = Qwen2ForCausalLM(Qwen2Config(**_qwen2(foundation) | {"max_position_embeddings": positions}))
    _set(model.model.embed_tokens, foundation)
    return model


def _bert(foundation: Foundation) -> dict[str, Any]:
    return _shape(foundation) | {
        "max_position_embeddings": POSITIONS,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.0,
    }


def _qwen2(foundation: Foundation) -> dict[str, Any]:
    return _shape(foundation) | {
        "num_key_value_heads": HEADS,
        "max_position_embeddings": POSITIONS,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": foundation.tokenizer.eos_token_id,
    }


def _labelled(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: column for column, label in enumerate(labels)},
        "problem_type": "multi_label_classification",
    }


def _shape(foundation: Foundation) -> dict[str, Any]:
    tokenizer: PreTrainedTokenizerBase = foundation.tokenizer
    vocabulary, width = foundation.embeddings.shape
    return {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": 4 * width,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _set(embedding: nn.Embedding, foundation: Foundation) -> None:
    with torch.no_grad():
        embedding.weight.copy_(foundation.embeddings * EMBEDDING_SPREAD)
        embedding.weight[foundation.tokenizer.pad_token_id] = 0.0
