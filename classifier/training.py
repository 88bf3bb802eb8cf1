"""The training loop that every model here shares: warm-up, decay, clipping, a time cap, best on validation.

Knows neither texts nor labels: batches and losses come from the caller. `Cancelled` passes through.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
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
    accumulation: int = 1


@dataclass(slots=True)
class Course(Generic[Batch]):
    """One training: the model, its batches of an epoch, the loss of a batch, and how good it is now.

    `rates` multiplies the learning rate of the parameters that it names; a step's gradient also holds what the loss is
    while an `attack` is open; `after_step` hears after each step how much was done before it, with the gradients there.
    """

    model: nn.Module
    epoch: Callable[[int], list[Batch]]
    loss: Callable[[Batch], Tensor]
    validate: Callable[[], float] | None
    schedule: Schedule
    watch: Watch
    message: str = "Training"
    rates: Mapping[str, float] = field(default_factory=dict)
    attack: Callable[[], AbstractContextManager[None]] | None = None
    after_step: Callable[[float], None] | None = None
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
    optimizer = _optimizer(course.model, course.schedule, course.rates)
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
    batches, together = course.epoch(epoch), course.schedule.accumulation
    steps = -(-len(batches) // together)
    every = max(1, steps * course.schedule.epochs // POINTS)
    for number in range(steps):
        done = course.done(epoch, number / steps)
        if done >= 1.0:
            return True
        course.watch.progress(done, course.message)
        _set_rate(optimizer, done, course.schedule)
        course.losses.append(_step(course, optimizer, batches[number * together : (number + 1) * together]))
        if course.after_step is not None:
            course.after_step(done)
        if len(course.losses) % every == 0:
            course.watch.point("loss", len(course.losses), sum(course.losses[-every:]) / every)
    return False


def _step(course: Course[Batch], optimizer: torch.optim.Optimizer, batches: list[Batch]) -> float:
    """Take one step down the mean loss of some batches; return that loss."""
    optimizer.zero_grad(set_to_none=True)
    value = sum(_descend(course, batch, len(batches)) for batch in batches)
    nn.utils.clip_grad_norm_(_trained(course.model), CLIP)
    optimizer.step()
    return value


def _descend(course: Course[Batch], batch: Batch, together: int) -> float:
    """Add a batch's share to the gradient; return its share of the loss."""
    loss = course.loss(batch) / together
    value = loss.item()
    if not isfinite(value):
        raise RuntimeError(_why_no_number(course))
    loss.backward()
    if course.attack is not None:
        with course.attack():
            (course.loss(batch) / together).backward()
    return value


def _why_no_number(course: Course[Batch]) -> str:
    if not course.losses:
        return "The loss is no number from the first step on: the weights are broken; choose another checkpoint."
    rate = f"{course.schedule.learning_rate:g}"
    return f"The training diverged at learning_rate {rate} (its loss is no number); choose a smaller learning_rate."


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


def _optimizer(model: nn.Module, schedule: Schedule, rates: Mapping[str, float]) -> torch.optim.Optimizer:
    """AdamW; only matrices decay, embeddings do not: a rare word should not fade because it is rare."""
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decays = parameter.ndim == 2 and id(parameter) not in tables
            key = schedule.weight_decay if decays else 0.0, rates.get(name, 1.0)
            groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [{"params": those, "weight_decay": decay, "share": share} for (decay, share), those in groups.items()],
        lr=schedule.learning_rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def _set_rate(optimizer: torch.optim.Optimizer, done: float, schedule: Schedule) -> None:
    rise = done / schedule.warmup if schedule.warmup else 1.0
    # Never quite zero at the first step, which would be a step for nothing.
    rate = schedule.learning_rate * min(1.0, max(rise, 0.02)) * (1.0 - done)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["share"]


def _trained(model: nn.Module) -> Iterable[nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
