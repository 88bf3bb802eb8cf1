"""How large a trained classifier is, and how much memory its process has needed. Knows no recipe."""

import resource
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn


def parameters(classifier: Any) -> tuple[int, int] | None:  # noqa: ANN401 - any of the three
    """Return (trained, all) weights of a classifier that was fitted just now; None for what lies on a server."""
    model = classifier.model
    # The prompt classifier holds what answers for it, which holds the weights.
    network = model if isinstance(model, nn.Module) else getattr(model, "model", None)
    if not isinstance(network, nn.Module):
        return None
    counts = [(weights.numel(), weights.requires_grad) for weights in network.parameters()]
    return sum(count for count, learns in counts if learns), sum(count for count, _ in counts)


def tokens_used(classifier: Any) -> tuple[int, int] | None:  # noqa: ANN401 - any of the three
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
