"""How large a trained classifier is, and how much memory its process has needed. Knows no recipe."""

import resource
import sys
from pathlib import Path
from typing import Protocol

import torch
from torch import nn


class HoldsModel(Protocol):
    """A classifier of any kind, or the reference: its `model` is a network, or holds one, or asks a server."""

    model: object


def parameters(classifier: HoldsModel) -> tuple[int, int] | None:
    """Return (trained, all) weights of a classifier that was fitted just now; None for what lies on a server."""
    # A starter that is asked for groups has a second network for them; of anything else it is the same one.
    networks = [_network(model) for model in (classifier.model, getattr(classifier, "by_group", None))]
    found = [network for network in networks if network is not None]
    if not found:
        return None
    # A LoRA that was read back for answering no longer says that it was trained.
    counts = {
        weights: (weights.numel(), weights.requires_grad or "lora_" in name)
        for network in found
        for name, weights in network.named_parameters()
    }.values()
    return sum(count for count, learned in counts if learned), sum(count for count, _ in counts)


def _network(model: object) -> nn.Module | None:
    # The prompt classifier holds what answers for it, which holds the weights.
    network = model if isinstance(model, nn.Module) else getattr(model, "model", None)
    return network if isinstance(network, nn.Module) else None


def tokens_used(classifier: HoldsModel) -> tuple[int, int] | None:
    """Return how many tokens a server has (read, written) for a classifier; None where nothing is paid by the token."""
    read = getattr(classifier.model, "tokens_read", None)
    return None if read is None else (read, classifier.model.tokens_written)


def peak_memory() -> int:
    """Return the most bytes of main memory that this process has held at once.

    Not `getrusage`, where Linux tells: that also counts what the process was forked from held.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def peak_accelerator_memory() -> int:
    """Return the most bytes that models held on the accelerator at once, 0 without one."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
