"""One copy of a checkpoint's weights for all models that start from it. Knows no adapters and no texts.

Each model has modules of its own around the same tensors. So several versions and label sets, and the classifiers
`llm_head` and `prompt`, need the memory of one, each carries its own adapter and head, and any number of threads may
ask them at once: nothing is switched, and nobody waits. Whoever changes weights in place takes a copy first.
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from threading import Lock
from typing import Any, Self
from weakref import WeakValueDictionary

import torch
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from classifier.checkpoints import labelled, start_fresh
from classifier.devices import device, half_precision_pays

_bases: WeakValueDictionary[tuple[Any, ...], "SharedBase"] = WeakValueDictionary()
_lock = Lock()


class SharedBase:
    """A causal LM whose weights stay in memory as long as a model uses them."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model

    @classmethod
    def of(cls, source: Path | str) -> Self:
        """Return the base of a hub id or local path; loaded only where no model holds it.

        It keeps the precision that it was saved in where computing in half precision pays, else it has single.
        """
        key = str(source), *_state_of_files(Path(source))
        with _lock:
            base = _bases.get(key)
            if base is None:
                kind = "auto" if half_precision_pays() else torch.float32
                model = AutoModelForCausalLM.from_pretrained(str(source), dtype=kind, trust_remote_code=False)
                base = _bases[key] = cls(model.to(device()).eval())
            return base

    def causal_lm(self) -> PreTrainedModel:
        """Return the model itself, with modules of its own."""
        return self._holding(_twin(self._model))

    def scorer(self, labels: Sequence[str], tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
        """Return a model with a new head for these labels, which answers as one that was loaded in single precision."""
        config = deepcopy(self._model.config)
        config.update(labelled(labels) | {"pad_token_id": tokenizer.pad_token_id})
        # Shapes alone: its body is replaced, and its head starts fresh.
        with torch.device("meta"):
            model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
        setattr(model, model.base_model_prefix, _twin(self._model.base_model))
        model.config._name_or_path = self._model.name_or_path
        fresh = [name for name, parameter in model.named_parameters() if parameter.is_meta]
        for name in {name.rpartition(".")[0] for name in fresh}:
            model.get_submodule(name).to_empty(device=device())
        start_fresh(model, fresh)
        model.get_input_embeddings().register_forward_hook(_in_single_precision)
        return self._holding(model.eval())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: a copy of a model has weights of its own."""
        return self

    def _holding(self, model: PreTrainedModel) -> PreTrainedModel:
        model.shared_base = self
        return model


def _twin(model: nn.Module) -> nn.Module:
    """Return a model with modules of its own around the same tensors, none of which is trained."""
    own = {id(p): nn.Parameter(p.detach(), requires_grad=False) for p in model.parameters()}
    return deepcopy(model, own | {id(buffer): buffer for buffer in model.buffers()})


def _in_single_precision(_: nn.Module, __: tuple[Tensor, ...], vectors: Tensor) -> Tensor:
    # What is added up along the layers stays as exact as in training; only products are in half precision there.
    return vectors.float()


def _state_of_files(directory: Path) -> tuple[Any, ...]:
    """Return what changes when a local checkpoint is written anew; nothing for a hub id."""
    files = sorted(directory.glob("*.safetensors")) if directory.is_dir() else []
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
