"""How a training speaks to whoever started it: progress, curves, and the wish to stop. Knows no job and no database."""

from dataclasses import dataclass
from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - a wish that was granted, not an error
    """Raised out of `Watch.progress` when the training is asked to stop."""


class Watch(Protocol):
    """Receives what a training has to say; `progress` may raise `Cancelled`, so call it at every step."""

    def progress(self, done: float, message: str = "") -> None:
        """Tell how much of the work is done (0..1) and what is going on, in a few words."""

    def point(self, series: str, step: int, value: float) -> None:
        """Add one point to a curve, such as `loss` or `validation_f1`."""


class Unwatched:
    """A watch that nobody looks at, for scripts and tests."""

    def progress(self, done: float, message: str = "") -> None:
        """Ignore the progress."""

    def point(self, series: str, step: int, value: float) -> None:
        """Ignore the point."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The watch of one stage of a work: its 0..1 is the stretch from `start` to `end`, its curves bear its name."""

    watch: Watch
    start: float
    end: float
    name: str = ""

    def progress(self, done: float, message: str = "") -> None:
        """Tell how much of this stage is done."""
        self.watch.progress(self.start + (self.end - self.start) * done, message)

    def point(self, series: str, step: int, value: float) -> None:
        """Add one point to a curve of this stage."""
        self.watch.point(f"{self.name}_{series}" if self.name else series, step, value)
