"""Texts of one batch through different LoRA versions of one base, each text through its own. Knows no training.

The base reads the batch once, and to each row its own version's low-rank updates are added (after S-LoRA, Sheng et al.
2023). Input tables and heads are the versions' own, so they may score different labels.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy

import numpy as np
import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from torch import Tensor

from classifier.batches import Tokens, padded, sorted_rows
from classifier.devices import half_precision
from classifier.llm_head import LlmHeadClassifier
from classifier.losses import probabilities
from classifier.sequence import SCORING_BATCH
from classifier.shared_base import SharedBase

MIXABLE = ("lora", "rslora")
"""What peft can add row by row."""


class MixedBatch:
    """Loaded versions, by name, that answer together.

    Raises:
        ValueError: where they start from different bases, or were adapted in a way that cannot be mixed.
    """

    def __init__(self, versions: Mapping[str, LlmHeadClassifier]) -> None:
        methods = {version.recipe.tuning.method for version in versions.values()}
        if other := methods.difference(MIXABLE):
            raise ValueError(f"{other.pop()} cannot be mixed in a batch; {' and '.join(MIXABLE)} can.")
        if len({id(_base(version)) for version in versions.values()}) > 1:
            raise ValueError("Versions that start from different checkpoints cannot be mixed in a batch.")
        self.versions = dict(versions)
        self.model = _with_adapters(self.versions)

    @torch.inference_mode()
    def predict_proba(self, texts: Sequence[str], names: Sequence[str]) -> list[np.ndarray]:
        """Return for each text float32 [L] in 0..1: what the version of that name says, of its own labels."""
        read = [self.versions[name].reader().read([text])[0] for text, name in zip(texts, names, strict=True)]
        owners = [row for row, windows in enumerate(read) for _ in windows]
        windows = [window for windows in read for window in windows]
        logits: dict[int, Tensor] = {}
        for rows in sorted_rows([len(window) for window in windows], SCORING_BATCH):
            chosen = [names[owners[row]] for row in rows]
            logits.update(zip(rows.tolist(), self._logits([windows[row] for row in rows], chosen), strict=True))
        first = np.cumsum([0, *map(len, read)])
        return [
            self._scores(name, torch.stack([logits[row] for row in range(start, start + len(windows))]), windows)
            for name, start, windows in zip(names, first.tolist(), read, strict=False)
        ]

    def _logits(self, windows: Sequence[Tokens], names: Sequence[str]) -> list[Tensor]:
        batch = padded(windows, self.versions[names[0]].tokenizer.pad_token_id)
        ids, mask = batch["input_ids"], batch["attention_mask"]
        models = [self.versions[name].model for name in names]
        vectors = torch.stack([model.get_input_embeddings()(row) for model, row in zip(models, ids, strict=True)])
        with half_precision():
            said = self.model(
                inputs_embeds=vectors, attention_mask=mask, adapter_names=list(names), output_hidden_states=True
            )
            # A text without any token is read at its first padding.
            last = said.hidden_states[-1][torch.arange(len(ids), device=ids.device), (mask.sum(1) - 1).clamp(min=0)]
            return [model.get_base_model().score(state).float() for model, state in zip(models, last, strict=True)]

    def _scores(self, name: str, logits: Tensor, windows: list[Tokens]) -> np.ndarray:
        version = self.versions[name]
        return probabilities(version.recipe.loss, version._pooled(logits, [windows]))[0].cpu().numpy()


def _base(version: LlmHeadClassifier) -> SharedBase | None:
    return getattr(version.model.get_base_model(), "shared_base", None)


def _with_adapters(versions: Mapping[str, LlmHeadClassifier]) -> PeftModel:
    """Return one model with the low-rank updates of all versions, none of their heads and tables."""
    any_version = next(iter(versions.values()))
    scorer = _base(any_version).scorer(any_version.labels, any_version.tokenizer)
    model: PeftModel | None = None
    for name, version in versions.items():
        config = deepcopy(version.model.active_peft_config)
        config.task_type, config.modules_to_save = None, None
        if model is None:
            model = PeftModel(scorer, config, adapter_name=name)
        else:
            model.add_adapter(name, config)
        state = get_peft_model_state_dict(version.model, save_embedding_layers=False)
        set_peft_model_state_dict(model, {key: part for key, part in state.items() if ".lora_" in key}, name)
    return model.to(any_version.model.device).eval()
