"""The starter's causal LM before its first step: a small Qwen2 that already half knows its task. Knows no training.

Its words come from the foundation, and a label's line begins as the mean of its items' words. Attention begins as a
plain mean that hands on what it reads, so that from the first step on what is likely said next are the labels of items
with like words, as with a bag of embeddings.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase, Qwen2ForCausalLM

from classifier.examples import Example, TrainingData
from classifier.foundation import Foundation
from classifier.instruct_neighbours import token_ids, unit_means
from classifier.prompt_tokens import starter_answers
from classifier.prompting import PromptForm
from classifier.starters import small_qwen2
from classifier.targets import target_matrix

QUIET = 0.02
"""The spread of query and key weights that makes attention nearly even."""
MUTED = 0.1
"""How loud the feed-forward layers begin."""


def starter_model(
    foundation: Foundation, tokenizer: PreTrainedTokenizerBase, data: TrainingData, form: PromptForm, seed: int
) -> Qwen2ForCausalLM:
    """Make the model for a form's `starter_tokenizer`, whose last tokens are those of an answer, labels first."""
    torch.manual_seed(seed)
    # Not the token SVM, good as it is: it fits its own training items so well that the model would learn to trust it.
    words, labels = foundation.embeddings, data.label_names
    added = torch.randn(len(tokenizer) - len(words), words.shape[1])
    parts = starter_answers(form)
    first = len(added) - len(parts) - 1
    added[first : first + len(labels)] = _label_lines(foundation, data.train, labels)
    model = small_qwen2(Foundation(tokenizer, torch.cat([words, added])), seed=seed)
    with torch.no_grad():
        for layer in model.model.layers:
            _even_attention(layer.self_attn)
            layer.mlp.down_proj.weight.mul_(MUTED)
    return model


def _label_lines(foundation: Foundation, train: Sequence[Example], labels: Sequence[str]) -> Tensor:
    """Return [L, width] with unit spread: what sets the items of each label apart; of a label without items, noise."""
    vectors = torch.from_numpy(unit_means(foundation.embeddings, token_ids(foundation, [e.text for e in train])))
    targets = torch.from_numpy(target_matrix(train, labels)).float()
    counts = targets.sum(0)[:, None]
    means = targets.T @ vectors / counts.clamp(min=1) - vectors.mean(0)
    lines = means / means.std(1, keepdim=True).clamp(min=1e-6)
    return torch.where(counts > 0, lines, torch.randn_like(lines))


def _even_attention(attention: nn.Module) -> None:
    turn = torch.empty_like(attention.v_proj.weight)
    nn.init.orthogonal_(turn)
    attention.v_proj.weight.copy_(turn)
    attention.o_proj.weight.copy_(turn.T)
    for projection in (attention.q_proj, attention.k_proj):
        nn.init.normal_(projection.weight, std=QUIET)
    for projection in (attention.q_proj, attention.k_proj, attention.v_proj):
        nn.init.zeros_(projection.bias)
