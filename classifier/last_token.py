"""Reads what a causal LM with a head says of a text's last token, whatever stands before it. Knows no training."""

import torch
from peft import PeftModel
from torch import Tensor, nn


def last_token_logits(model: nn.Module, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the logits [n, L] at the last token of each text; ids and mask are int64 [n, length].

    The libraries find that token by its id, which they do not see where learned vectors stand before the text: they
    would then read the padding.
    """
    if not _has_soft_prompt(model):
        return model(input_ids=ids, attention_mask=mask).logits
    states = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[-1]
    places = torch.arange(ids.shape[1], device=ids.device)
    last = (places * mask).argmax(1) + states.shape[1] - ids.shape[1]
    return model.get_base_model().score(states[torch.arange(len(ids), device=ids.device), last])


def _has_soft_prompt(model: nn.Module) -> bool:
    if not isinstance(model, PeftModel):
        return False
    config = model.active_peft_config
    return config.is_prompt_learning and config.peft_type != "PREFIX_TUNING"
