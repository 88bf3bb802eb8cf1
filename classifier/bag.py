"""A bag-of-embeddings multi-label classifier: seconds of training that teach the token embeddings what matters.

By its table a prompt's training finds the neighbours of each item out of fold. After fastText (Joulin et al. 2016).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from classifier.watch import Watch

BATCH = 128
EPOCHS = 8
LEARNING_RATE = 1e-2
TOKEN_DROPOUT = 0.3
SCALE = 10.0
"""Mean vectors are short; scaled up, the head needs no large weights."""
RARE = -4.0
"""Where the bias of a label starts: nearly all labels are absent from nearly all items."""


def train_bag(
    tokens: Sequence[Sequence[int]], targets: Tensor, vocabulary: int, width: int, watch: Watch, seed: int = 0
) -> Tensor:
    """Return token embeddings, float32 [vocabulary, width] with unit spread, from token ids and targets [n, L]."""
    generator = np.random.default_rng(seed)
    torch.manual_seed(seed)
    bag = nn.EmbeddingBag(vocabulary, width, mode="mean")
    nn.init.normal_(bag.weight, std=0.05)
    head = nn.Linear(width, targets.shape[1])
    nn.init.zeros_(head.weight)
    nn.init.constant_(head.bias, RARE)
    parameters = [*bag.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=True)
    texts = [np.asarray(text, dtype=np.int64) for text in tokens]
    batches = [rows for _ in range(_epochs(len(texts))) for rows in _shuffled(len(texts), generator)]
    for step, rows in enumerate(batches):
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * (1 - step / len(batches))
        ids, offsets = _packed([texts[row] for row in rows], generator)
        logits = head(functional.dropout(bag(ids, offsets), 0.1) * SCALE)
        loss = functional.binary_cross_entropy_with_logits(logits, targets[rows], reduction="sum") / len(rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        watch.progress(step / len(batches), "Learning token embeddings")
    weights = bag.weight.detach()
    return weights / weights.std()


def _epochs(items: int) -> int:
    """A small corpus needs more rounds for as many steps."""
    return int(min(40, max(EPOCHS, 300 * BATCH // max(items, 1))))


def _shuffled(items: int, generator: np.random.Generator) -> list[np.ndarray]:
    order = generator.permutation(items)
    return [order[start : start + BATCH] for start in range(0, items, BATCH)]


def _packed(texts: list[np.ndarray], generator: np.random.Generator) -> tuple[Tensor, Tensor]:
    # Dropped tokens keep the table from leaning on the one telling word of each text.
    kept = [text[generator.random(len(text)) > TOKEN_DROPOUT] if len(text) > 4 else text for text in texts]
    lengths = [0, *(len(text) for text in kept[:-1])]
    return torch.from_numpy(np.concatenate(kept)), torch.from_numpy(np.cumsum(lengths))
