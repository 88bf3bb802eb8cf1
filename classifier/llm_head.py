"""The `llm_head` classifier: a small causal LLM with a multi-label head, trained by LoRA. Knows no neighbours."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from torch import nn
from transformers import PreTrainedTokenizerBase

from classifier.checkpoints import load_scorer
from classifier.examples import TrainingData
from classifier.files import is_complete, write_metadata
from classifier.foundation import lay_foundation
from classifier.recipes import LlmHeadRecipe
from classifier.sequence import SequenceClassifier
from classifier.starters import small_qwen2_scorer
from classifier.targets import check_trainable
from classifier.tokens import load_tokenizer
from classifier.watch import Watch

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
HEAD, TABLE = "score", "embed_tokens"


class LlmHeadClassifier(SequenceClassifier):
    """Qwen2, Qwen3, Llama …: whatever loads as …ForSequenceClassification; reads the state of a text's last token."""

    name = "llm_head"
    recipe_kind = LlmHeadRecipe

    @classmethod
    def fit(cls, recipe: LlmHeadRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Train LoRA, head and input embeddings; raise ValueError where there is nothing to learn from."""
        check_trainable(data)
        source = str(starter_base(data, workspace, watch)) if recipe.is_starter else recipe.checkpoint
        tokenizer = load_tokenizer(source)
        model = get_peft_model(load_scorer(source, data.label_names, tokenizer), _lora(recipe))
        classifier = cls(model, tokenizer, data.label_names, recipe)
        classifier.train(data, watch)
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
        cls, directory: Path, recipe: LlmHeadRecipe, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str]
    ) -> nn.Module:
        source = directory / "base" if recipe.is_starter else recipe.checkpoint
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
        r=recipe.tuning.r,
        lora_alpha=recipe.tuning.alpha,
        lora_dropout=recipe.tuning.dropout,
        bias="none",
        target_modules=list(PROJECTIONS),
        modules_to_save=[HEAD, TABLE] if recipe.tuning.train_embeddings else [HEAD],
    )
