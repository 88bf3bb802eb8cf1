"""What this machine's processor can multiply, and what a computation asks it to. Used by the benchmarks of speed."""

from collections.abc import Callable
from time import perf_counter

import torch
from torch.utils.flop_counter import FlopCounterMode

from classifier.devices import device

SIZE, TRIES = 2048, 5


KINDS = {"bf16": torch.bfloat16, "fp32": torch.float32}


def shares(flops_a_second: float) -> str:
    """Say which shares of this machine's own rates, measured now, a computation reaches."""
    rates = {name: _matrix_rate(kind) for name, kind in KINDS.items()}
    said = (f"{flops_a_second / rate:.0%} of {rate / 1e9:.0f} GFLOP/s in {name}" for name, rate in rates.items())
    return " and ".join(said)


def _matrix_rate(kind: torch.dtype) -> float:
    """Return floating-point operations a second of a large matrix product."""
    matrix = torch.randn(SIZE, SIZE, device=device()).to(kind)
    best = float("inf")
    for _ in range(TRIES):
        began = perf_counter()
        (matrix @ matrix).sum().item()
        best = min(best, perf_counter() - began)
    return 2 * SIZE**3 / best


def counted_flops(run: Callable[[], object]) -> int:
    """Run something and return the floating-point operations of its matrix products, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()
