"""Adapts a scorer as a recipe's tuning says, and writes, reads and merges what was learned. Knows no texts.

PEFT's methods, bottleneck adapters, or all weights; `PeftModel` or the scorer itself is what comes out.
"""

import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch
from peft import (
    AdaLoraConfig,
    IA3Config,
    LoraConfig,
    PeftConfig,
    PeftModel,
    PrefixTuningConfig,
    PromptEncoderConfig,
    PromptTuningConfig,
    PromptTuningInit,
    TaskType,
    get_peft_model,
)
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import PreTrainedModel

from classifier.bottlenecks import NAME as BOTTLENECK
from classifier.bottlenecks import add_bottlenecks
from classifier.options.tuning import Tuning
from classifier.patched_table import make_table_whole, read_table, write_table
from classifier.rank_allocation import keep_ranks_in_use, rank_schedule

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
SCALED = ("k_proj", "v_proj", "down_proj")
"""What IA3 scales; the last of them is the feed-forward layer's, scaled at its input."""
HEADS = ("score", "classifier")
FILE = "adapter_model.safetensors"


def adapt(scorer: PreTrainedModel, tuning: Tuning) -> nn.Module:
    """Return a model that learns as the tuning says; raise ValueError where the method does not fit it."""
    if tuning.method == "full":
        scorer.get_input_embeddings().requires_grad_(tuning.train_embeddings)
        return scorer
    if tuning.method == "bottleneck":
        add_bottlenecks(scorer, tuning)
        learned = _learned(scorer, tuning)
        for name, parameter in scorer.named_parameters():
            parameter.requires_grad_(name in learned)
        return scorer
    return get_peft_model(scorer, _configuration(scorer, tuning))


@torch.no_grad()
def keep_vectors(model: nn.Module, tuning: Tuning) -> None:
    """Keep what prefix or P-tuning learned as vectors, without the small network that made them in training.

    It only makes them easier to learn (Li & Liang 2021), and the vectors are what is written.
    """
    if tuning.method not in ("prefix", "p_tuning"):
        return
    name, config = model.active_adapter, model.active_peft_config
    vectors = model.get_prompt_embedding_to_save(name)
    config.inference_mode = True
    encoder = type(model.prompt_encoder[name])(config)
    encoder.embedding.weight.copy_(vectors)
    model.prompt_encoder[name] = encoder.to(model.device)


def write_adapted(model: nn.Module, tuning: Tuning, directory: Path) -> None:
    """Write what was learned: an adapter with its head, or with `full` the whole model; safetensors and JSON."""
    if tuning.method == "bottleneck":
        directory.mkdir(parents=True, exist_ok=True)
        save_file({name: model.get_parameter(name).detach() for name in _learned(model, tuning)}, directory / FILE)
        return
    if tuning.method == "full":
        model.save_pretrained(str(directory))
        return
    keep_ranks_in_use(model)
    # What peft would find out about the embeddings by asking the hub, `modules_to_save` has settled.
    model.save_pretrained(str(directory), save_embedding_layers=False)
    (directory / "README.md").unlink(missing_ok=True)
    write_table(model, directory)


def read_adapted(scorer: PreTrainedModel, tuning: Tuning, directory: Path) -> nn.Module:
    """Return the scorer with the adapter that `write_adapted` wrote; the scorer's own tensors stay as they are."""
    if tuning.method == "bottleneck":
        add_bottlenecks(scorer, tuning)
        # Assigned, not copied: the scorer's tensors may be those of other models too.
        scorer.load_state_dict(load_file(directory / FILE), strict=False, assign=True)
        return scorer
    read_table(scorer, directory)
    with warnings.catch_warnings():
        # Peft takes AdaLoRA's pattern for one of LoRA's, and says that it fits nothing.
        warnings.filterwarnings("ignore", "The following rank_pattern keys")
        return PeftModel.from_pretrained(scorer, str(directory))


def wake(model: nn.Module, tuning: Tuning) -> None:
    """Let what was read from a file learn on: a LoRA adapter with its head, or all that `full` trains."""
    if tuning.method == "full":
        model.get_input_embeddings().requires_grad_(tuning.train_embeddings)
        return
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("lora_" in name or "modules_to_save" in name)


def merged(model: nn.Module, tuning: Tuning) -> PreTrainedModel:
    """Return a plain model whose weights hold what an adapter learned; the model itself is used up.

    Raises:
        ValueError: where the method adds what no weight can hold.
    """
    if tuning.method == "full":
        return model
    if not hasattr(model, "merge_and_unload") or model.active_peft_config.is_prompt_learning:
        raise ValueError(f"{tuning.method} adds what no weight can hold, so it cannot be merged into one checkpoint.")
    plain = model.float().merge_and_unload()
    make_table_whole(plain)
    return plain


def _configuration(scorer: PreTrainedModel, tuning: Tuning) -> PeftConfig:
    shared = {"task_type": TaskType.SEQ_CLS, "modules_to_save": _saved_modules(scorer, tuning)}
    before = shared | {"num_virtual_tokens": tuning.virtual_tokens}
    width = scorer.config.get_text_config().hidden_size
    match tuning.method:
        case "adalora":
            return AdaLoraConfig(**shared, **_low_rank(scorer, tuning), **rank_schedule(tuning))
        case "ia3":
            return IA3Config(**shared, **_scaled(scorer))
        case "prefix":
            return PrefixTuningConfig(**before, prefix_projection=True, encoder_hidden_size=width, init_weights="zero")
        case "p_tuning_v2":
            return PrefixTuningConfig(**before, init_weights="zero")
        case "p_tuning":
            return PromptEncoderConfig(**before, encoder_hidden_size=width)
        case "prompt":
            return PromptTuningConfig(**before, prompt_tuning_init=PromptTuningInit.SAMPLE_VOCAB)
    kinds: dict[str, Any] = {"use_rslora": tuning.method == "rslora"}
    if tuning.method == "dora":
        kinds = {"use_dora": True, "exclude_modules": _without_direction(scorer) or None}
    return LoraConfig(**shared, **_low_rank(scorer, tuning), r=tuning.r, bias="none", **kinds)


def _low_rank(scorer: PreTrainedModel, tuning: Tuning) -> dict[str, Any]:
    there = _names_of_parts(scorer)
    targets = list(PROJECTIONS) if there.issuperset(PROJECTIONS) else "all-linear"
    return {"lora_alpha": tuning.alpha, "lora_dropout": tuning.dropout, "target_modules": targets}


def _without_direction(scorer: PreTrainedModel) -> list[str]:
    """Name the projections of which a row is all zeros: DoRA divides by its length."""
    matrices = ((name, module) for name, module in scorer.named_modules() if isinstance(module, nn.Linear))
    return [name for name, module in matrices if (module.weight.norm(dim=1) == 0).any()]


def _scaled(scorer: PreTrainedModel) -> dict[str, Any]:
    # Where the names are others, peft knows them by the kind of model, or says that it does not.
    known = _names_of_parts(scorer).issuperset(SCALED)
    return {"target_modules": list(SCALED), "feedforward_modules": [SCALED[-1]]} if known else {}


def _saved_modules(scorer: nn.Module, tuning: Tuning) -> list[str]:
    """Name what is trained whole beside an adapter: the head, and by `train_embeddings` the input table."""
    parts = _names_of_parts(scorer)
    table = scorer.get_input_embeddings()
    tables = [name.split(".")[-1] for name, module in scorer.named_modules() if module is table]
    return [name for name in HEADS if name in parts] + (tables if tuning.train_embeddings else [])


def _names_of_parts(scorer: nn.Module) -> set[str]:
    return {name.split(".")[-1] for name, _ in scorer.named_modules()}


def _learned(scorer: nn.Module, tuning: Tuning) -> Collection[str]:
    parts = {BOTTLENECK, *_saved_modules(scorer, tuning)}
    return [name for name, _ in scorer.named_parameters() if not parts.isdisjoint(name.split("."))]
