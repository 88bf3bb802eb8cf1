"""The training loop that every model here shares: warm-up, decay, clipping, a time cap, best on validation.

Knows neither texts nor labels: batches and losses come from the caller. `Cancelled` passes through.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import isfinite
from time import monotonic
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from classifier.watch import Watch

Batch = TypeVar("Batch")

CLIP = 5.0
POINTS = 60
"""So many points of the loss curve are enough to look at."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to train; see `TrainingRecipe` for the fields."""

    epochs: int
    learning_rate: float
    seconds: float
    patience: int = 1_000
    warmup: float = 0.05
    weight_decay: float = 0.01
    start_lead: float = 0.0


@dataclass(slots=True)
class Course(Generic[Batch]):
    """One training: the model, its batches of an epoch, the loss of a batch, and how good it is now."""

    model: nn.Module
    epoch: Callable[[int], list[Batch]]
    loss: Callable[[Batch], Tensor]
    validate: Callable[[], float] | None
    schedule: Schedule
    watch: Watch
    message: str = "Training"
    started: float = field(default_factory=monotonic)
    best: float = -1.0
    waited: int = 0
    kept: dict[str, Tensor] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)

    def done(self, epoch: int, share: float) -> float:
        """Return how much of the training is over (0..1), by steps or by time, whichever is further."""
        by_time = (monotonic() - self.started) / self.schedule.seconds
        return min(1.0, max((epoch + share) / self.schedule.epochs, by_time))


def train(course: Course[Batch]) -> float | None:
    """Train the model and leave it with its best weights; return the best validation value, None without validation."""
    optimizer = _optimizer(course.model, course.schedule)
    _validate(course, 0)
    start, start_weights = course.best, course.kept
    # A handicap: what is learned has to come this near, or the start is the best there is.
    course.best -= course.schedule.start_lead
    course.model.train()
    for epoch in range(course.schedule.epochs):
        finished = _run_epoch(course, optimizer, epoch)
        _validate(course, epoch + 1)
        if finished or course.waited >= course.schedule.patience:
            break
    if course.kept is start_weights:
        course.best = start
    if course.kept:
        course.model.load_state_dict(course.kept, strict=False)
    course.model.eval()
    return course.best if course.validate else None


def _run_epoch(course: Course[Batch], optimizer: torch.optim.Optimizer, epoch: int) -> bool:
    """Train one epoch; return whether the time is up."""
    batches = course.epoch(epoch)
    every = max(1, len(batches) * course.schedule.epochs // POINTS)
    for number, batch in enumerate(batches):
        done = course.done(epoch, number / len(batches))
        if done >= 1.0:
            return True
        course.watch.progress(done, course.message)
        _set_rate(optimizer, done, course.schedule)
        course.losses.append(_step(course, optimizer, batch))
        if len(course.losses) % every == 0:
            course.watch.point("loss", len(course.losses), sum(course.losses[-every:]) / every)
    return False


def _step(course: Course[Batch], optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    optimizer.zero_grad(set_to_none=True)
    loss = course.loss(batch)
    value = loss.item()
    if not isfinite(value):
        raise RuntimeError("The training diverged (its loss is no number); a smaller learning rate may help.")
    loss.backward()
    nn.utils.clip_grad_norm_(_trained(course.model), CLIP)
    optimizer.step()
    return value


def _validate(course: Course[Batch], epochs: int) -> None:
    if course.validate is None:
        return
    course.model.eval()
    value = course.validate()
    course.model.train()
    course.watch.point("validation_f1", epochs, value)
    course.waited += 1
    if value > course.best:
        course.best, course.waited = value, 0
        course.kept = {name: p.detach().clone() for name, p in course.model.named_parameters() if p.requires_grad}


def _optimizer(model: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """AdamW; only matrices decay, embeddings do not: a rare word should not fade because it is rare."""
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    matrices = [p for p in _trained(model) if p.ndim == 2 and id(p) not in tables]
    others = [p for p in _trained(model) if p.ndim != 2 or id(p) in tables]
    groups = [
        {"params": matrices, "weight_decay": schedule.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=(0.9, 0.98), fused=True)


def _set_rate(optimizer: torch.optim.Optimizer, done: float, schedule: Schedule) -> None:
    rise = done / schedule.warmup if schedule.warmup else 1.0
    # Never quite zero at the first step, which would be a step for nothing.
    rate = schedule.learning_rate * min(1.0, max(rise, 0.02)) * (1.0 - done)
    for group in optimizer.param_groups:
        group["lr"] = rate


def _trained(model: nn.Module) -> Iterable[nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
