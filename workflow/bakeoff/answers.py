"""What a run of a bake-off proposed on gold, beside its version's files: enough to measure it on any resample again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

NAME = "gold.npz"


class Saveable(Protocol):
    """A model that can be written to a directory."""

    def save(self, directory: Path) -> None:
        """Write everything that loading needs."""


@dataclass(frozen=True)
class GoldSheet:
    """Boolean [items, labels]: what was proposed on gold, and what was true; how many train items carry each label.

    The truth is kept as it was then, so that all rows of a table stay measured on one and the same gold.
    """

    proposed: NDArray[np.bool_]
    targets: NDArray[np.bool_]
    train_counts: NDArray[np.int64]

    def write(self, directory: Path) -> None:
        """Write a few kilobytes into a version's directory."""
        np.savez_compressed(
            directory / NAME,
            shape=np.array(self.targets.shape),
            proposed=np.packbits(self.proposed),
            targets=np.packbits(self.targets),
            train_counts=self.train_counts,
        )

    @classmethod
    def read(cls, directory: Path) -> "GoldSheet":
        """Read what `write` wrote; raise FileNotFoundError where there is none."""
        with np.load(directory / NAME) as stored:
            shape = tuple(stored["shape"])
            return cls(
                _unpacked(stored["proposed"], shape), _unpacked(stored["targets"], shape), stored["train_counts"]
            )


@dataclass(frozen=True)
class WithGoldSheet:
    """A model that is saved together with what it proposed on gold; the reference has nothing else to save."""

    model: Saveable | None
    sheet: GoldSheet

    def save(self, directory: Path) -> None:
        """Write both."""
        if self.model is not None:
            self.model.save(directory)
        self.sheet.write(directory)


def _unpacked(bits: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).astype(bool)
