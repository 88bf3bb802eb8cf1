"""The `llm_head` classifier: a small causal LLM with a multi-label head, trained by LoRA. Knows no neighbours."""

import shutil
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Self

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from transformers import PreTrainedTokenizerBase

from classifier.checkpoints import load_scorer
from classifier.examples import TrainingData
from classifier.files import is_complete, write_metadata
from classifier.foundation import lay_foundation
from classifier.recipes import STARTER, LlmHeadRecipe
from classifier.sequence import SequenceClassifier
from classifier.starters import small_qwen2_scorer
from classifier.targets import check_trainable
from classifier.tokens import load_tokenizer
from classifier.watch import Watch

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
HEAD_AND_TABLE = ("score", "embed_tokens")


class LlmHeadClassifier(SequenceClassifier):
    """Qwen2, Qwen3, Llama …: whatever loads as …ForSequenceClassification; reads the state of a text's last token."""

    name = "llm_head"

    @classmethod
    def fit(cls, recipe: LlmHeadRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Train LoRA, head and input embeddings; raise ValueError where there is nothing to learn from."""
        check_trainable(data)
        source = str(starter_base(data, workspace, watch)) if recipe.is_starter else recipe.checkpoint
        tokenizer = load_tokenizer(source)
        model = get_peft_model(load_scorer(source, data.label_names, tokenizer), _lora(recipe))
        classifier = cls(model, tokenizer, data.label_names, recipe)
        noise = _add_noise(model.get_input_embeddings(), recipe.neftune_alpha)
        classifier.train(data, watch)
        noise.remove()
        return classifier

    def _write(self, directory: Path) -> None:
        adapter = directory / "adapter"
        # What peft would find out about the embeddings by asking the hub, `modules_to_save` has settled.
        self.model.save_pretrained(str(adapter), save_embedding_layers=False)
        (adapter / "README.md").unlink(missing_ok=True)
        if self.recipe.is_starter:
            shutil.copytree(self.model.get_base_model().name_or_path, directory / "base", dirs_exist_ok=True)

    @classmethod
    def _read(
        cls, directory: Path, checkpoint: str, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str]
    ) -> nn.Module:
        source = directory / "base" if checkpoint == STARTER else checkpoint
        return PeftModel.from_pretrained(load_scorer(source, labels, tokenizer), str(directory / "adapter"))


def starter_base(data: TrainingData, workspace: Path, watch: Watch) -> Path:
    """Return the directory of the job's small Qwen2; made the first time."""
    directory = workspace / "llm_base"
    if not is_complete(directory):
        foundation = lay_foundation(data, workspace, watch)
        small_qwen2_scorer(foundation, data.label_names).save_pretrained(directory)
        foundation.tokenizer.save_pretrained(str(directory))
        write_metadata(directory, {"made_for": "llm_head"})
    return directory


def _lora(recipe: LlmHeadRecipe) -> LoraConfig:
    return LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=recipe.lora_r,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        bias="none",
        target_modules=list(PROJECTIONS),
        modules_to_save=list(HEAD_AND_TABLE),
    )


def _add_noise(embedding: nn.Module, alpha: float) -> RemovableHandle:
    """Add uniform noise to embeddings while they are trained, so that words are not learned by heart (NEFTune)."""

    def noisy(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> Tensor:
        if not module.training or not alpha:
            return output
        bound = alpha / sqrt(output.shape[1] * output.shape[2])
        return output + torch.empty_like(output).uniform_(-bound, bound)

    return embedding.register_forward_hook(noisy)
