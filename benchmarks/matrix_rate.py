"""What this machine's processor can multiply, and what a computation asks it to. Used by the benchmarks of speed."""

from collections.abc import Callable
from time import perf_counter

import torch
from torch.utils.flop_counter import FlopCounterMode

from classifier.devices import device, half_precision

SIZE, TRIES = 2048, 5


def matrix_rate() -> float:
    """Return floating-point operations a second of a large matrix product, in the precision that models compute in."""
    matrix = torch.randn(SIZE, SIZE, device=device())
    best = float("inf")
    for _ in range(TRIES):
        began = perf_counter()
        with half_precision():
            (matrix @ matrix).sum().item()
        best = min(best, perf_counter() - began)
    return 2 * SIZE**3 / best


def counted_flops(run: Callable[[], object]) -> int:
    """Run something and return the floating-point operations of its matrix products, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()
