"""Where models compute, and in which precision. Knows no model."""

from contextlib import AbstractContextManager
from functools import cache
from time import perf_counter

import torch


@cache
def device() -> torch.device:
    """Return the accelerator where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def half_precision() -> AbstractContextManager[None]:
    """Return the autocast under which models compute: bfloat16 where that is faster here, else no change."""
    return torch.autocast(device().type, torch.bfloat16, enabled=half_precision_pays())


@cache
def half_precision_pays() -> bool:
    """Tell whether bfloat16 is the faster: some processors multiply it twice as fast, others emulate it slowly."""
    if device().type == "cuda":
        return torch.cuda.is_bf16_supported()
    return _seconds(torch.bfloat16) < _seconds(torch.float32)


def _seconds(kind: torch.dtype) -> float:
    left, right = torch.ones(1024, 256, dtype=kind), torch.ones(256, 1024, dtype=kind)
    best = float("inf")
    for _ in range(5):
        start = perf_counter()
        left @ right
        best = min(best, perf_counter() - start)
    return best
