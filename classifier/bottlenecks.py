"""Bottleneck adapters: small layers behind a transformer's own, each an identity when new. Knows no labels.

Houlsby et al. 2019 put one behind attention and one behind the feed-forward layer, Pfeiffer et al. 2020 only the
latter. They are added as hooks on the modules that are there, so all other weights keep their names.
"""

from collections.abc import Iterator
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from classifier.options.tuning import Tuning

NAME = "bottleneck"
SPREAD = 0.02
FEED_FORWARD = ("mlp", "feed_forward", "ffn")
States: TypeAlias = Tensor | tuple[Tensor | None, ...]
"""What a layer answers with: its states, or first among others its states."""
ATTENTION = ("self_attn", "attn", "self_attention", "attention")


class Bottleneck(nn.Module):
    """Adds to its input [..., width] what passes through `width / reduction` dimensions."""

    def __init__(self, width: int, reduction: int, dropout: float) -> None:
        super().__init__()
        narrow = max(1, width // reduction)
        self.down, self.up, self.dropout = nn.Linear(width, narrow), nn.Linear(narrow, width), nn.Dropout(dropout)
        nn.init.normal_(self.down.weight, std=SPREAD)
        for zero in (self.down.bias, self.up.weight, self.up.bias):
            nn.init.zeros_(zero)

    def forward(self, states: Tensor) -> Tensor:
        """Return states of the same shape and type."""
        return states + self.up(functional.gelu(self.down(self.dropout(states.to(self.down.weight.dtype))))).to(states)


def add_bottlenecks(model: PreTrainedModel, tuning: Tuning) -> None:
    """Put a bottleneck behind every feed-forward layer, by `after_attention` behind attention too.

    Raises:
        ValueError: where the layers are named in none of the known ways.
    """
    # `model` may know of its layers' width only under its text part's configuration.
    width = model.config.get_text_config().hidden_size
    homes = list(_homes(model, FEED_FORWARD))
    if tuning.after_attention:
        homes += _homes(model, ATTENTION)
    if not homes:
        raise ValueError(f"method: {type(model).__name__} has no layers that a bottleneck fits behind; choose lora.")
    for module in homes:
        module.add_module(NAME, Bottleneck(width, tuning.reduction, tuning.dropout))
        module.register_forward_hook(_through_bottleneck)


def _homes(model: nn.Module, names: tuple[str, ...]) -> Iterator[nn.Module]:
    """Yield the parts of each decoder layer that go by one of the names."""
    layers = next((module for module in model.modules() if isinstance(module, nn.ModuleList)), ())
    for layer in layers:
        yield from (part for name, part in layer.named_children() if name in names)


def _through_bottleneck(module: nn.Module, _: tuple[Tensor, ...], output: States) -> States:
    # Attention answers with its weights beside the states.
    if isinstance(output, torch.Tensor):
        return module.get_submodule(NAME)(output)
    return (module.get_submodule(NAME)(output[0]), *output[1:])
