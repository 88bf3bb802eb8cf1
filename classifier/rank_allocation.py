"""AdaLoRA's budget of ranks (Zhang et al. 2023), moved during a training by peft's allocator. Knows no texts.

The allocator counts steps up to a total that a training under a time cap does not know; its clock here is the share of
the training that is done. What peft would add to a loss of its own, `orthogonality` adds to ours.
"""

import torch
from peft import AdaLoraConfig, PeftModel
from torch import Tensor, nn

from classifier.options.tuning import Tuning

CLOCK = 1_000
BEFORE, AFTER = 100, 300
"""So much of the clock passes before ranks are taken away, and after the last of them was."""
HEAD_START = 1.5
"""How many ranks there are at first for each that is kept."""


def rank_schedule(tuning: Tuning) -> dict[str, int]:
    """Return the settings that make `AdaLoraConfig` end with `tuning.r` ranks on average."""
    return {
        "init_r": round(HEAD_START * tuning.r),
        "target_r": tuning.r,
        "tinit": BEFORE,
        "tfinal": AFTER,
        "total_step": CLOCK,
    }


class RankAllocation:
    """Takes ranks away from a model in training."""

    def __init__(self, model: PeftModel) -> None:
        self.model = model
        self._settled = False

    def after_step(self, done: float) -> None:
        """Weigh and mask the ranks; call it after a step at that share of the training, with its gradients there."""
        now = int(done * CLOCK)
        if not self._settled:
            # The tick at which peft settles the ranks must not be jumped over.
            now = min(now, CLOCK - AFTER)
            self._settled = now == CLOCK - AFTER
        self.model.base_model.update_and_allocate(now)


def orthogonality(model: PeftModel) -> Tensor:
    """Return what the loss has to rise by so that a model's ranks stay independent: the mean of |P P^T - I|."""
    factors = [(name, p) for name, p in model.named_parameters() if "lora_A" in name or "lora_B" in name]
    grams = [p.T @ p if "lora_B" in name else p @ p.T for name, p in factors]
    apart = [torch.linalg.matrix_norm(gram - torch.eye(len(gram), device=gram.device)) for gram in grams]
    return model.active_peft_config.orth_reg_weight * torch.stack(apart).mean()


def keep_ranks_in_use(model: nn.Module) -> None:
    """Tell peft which ranks to write: those of the weights that are kept, not those of the last step."""
    config = getattr(model, "active_peft_config", None)
    # A model that was read holds only ranks in use; its pattern says which of the first ones they were.
    if not isinstance(config, AdaLoraConfig) or config.inference_mode:
        return
    values = {name: p for name, p in model.base_model.model.named_parameters() if "lora_E" in name}
    config.rank_pattern = {name: _in_use(p).tolist() for name, p in values.items()}


def _in_use(values: Tensor) -> Tensor:
    used = (values != 0).flatten()
    # A weight that lost all its ranks keeps one: peft takes a matrix without rows for a broken one.
    used[0] |= ~used.any()
    return used
