"""The `llm_head` classifier: a causal LLM with a multi-label head, adapted as its recipe says. Knows no neighbours."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from classifier.checkpoints import load_scorer
from classifier.examples import TrainingData
from classifier.files import is_complete, write_metadata
from classifier.foundation import lay_foundation
from classifier.last_token import last_token_logits
from classifier.lessons import Lesson
from classifier.losses import Criterion
from classifier.pretraining import pretrained
from classifier.rank_allocation import RankAllocation, orthogonality
from classifier.recipes import LlmHeadRecipe
from classifier.sequence import SequenceClassifier
from classifier.shared_base import SharedBase
from classifier.starters import small_qwen2_scorer
from classifier.targets import check_trainable
from classifier.tokens import load_tokenizer
from classifier.tuning import adapt, keep_vectors, merged, read_adapted, wake, write_adapted
from classifier.watch import Stage, Watch

ADAPTER, BASE = "adapter", "base"
"""Where a saved directory keeps what was learned, and what it was learned on top of if that was made here."""


class LlmHeadClassifier(SequenceClassifier):
    """Qwen2, Qwen3, Llama …: whatever loads as …ForSequenceClassification; reads the state of a text's last token."""

    name = "llm_head"
    recipe_kind = LlmHeadRecipe

    @classmethod
    def fit(cls, recipe: LlmHeadRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Adapt the recipe's checkpoint to the labels; raise ValueError where there is nothing to learn from."""
        check_trainable(data)
        torch.manual_seed(recipe.seed)
        source = str(starter_base(data, workspace, watch)) if recipe.is_starter else recipe.checkpoint
        tokenizer = load_tokenizer(source)
        scorer = load_scorer(source, data.label_names, tokenizer)
        scorer = pretrained(scorer, tokenizer, recipe, data, watch, workspace / "llm_pretrained")
        model = adapt(scorer, recipe.tuning)
        classifier = cls(model, tokenizer, data.label_names, recipe)
        read = recipe.data.pretraining.share
        classifier.train(data, Stage(watch, read, 1.0), 1 - read)
        keep_vectors(model, recipe.tuning)
        return classifier

    def go_on(self, data: TrainingData, watch: Watch) -> None:
        """Learn a little more; the input table under an adapter stays as it is."""
        wake(self.model, self.recipe.tuning)
        super().go_on(data, watch)

    def merge(self, directory: Path) -> None:
        """Write one plain checkpoint with the adapter in its weights; raise ValueError where its method has none."""
        model = merged(deepcopy(self.model), self.recipe.tuning)
        model.save_pretrained(str(directory))
        self.tokenizer.save_pretrained(str(directory))

    def _logits(self, batch: Mapping[str, Tensor]) -> Tensor:
        return last_token_logits(self.model, batch["input_ids"], batch["attention_mask"])

    def _places(self, ids: Tensor) -> Tensor:
        # As the libraries find the last token.
        places = torch.arange(ids.shape[1], device=ids.device)
        return (places * (ids != self.model.config.pad_token_id)).argmax(1)

    def _after_step(self) -> Callable[[float], None] | None:
        return RankAllocation(self.model).after_step if self.recipe.tuning.method == "adalora" else None

    def _loss(self, criterion: Criterion) -> Callable[[Lesson], Tensor]:
        loss = super()._loss(criterion)
        if self.recipe.tuning.method != "adalora":
            return loss
        return lambda lesson: loss(lesson) + orthogonality(self.model)

    def _write(self, directory: Path) -> None:
        write_adapted(self.model, self.recipe.tuning, directory / ADAPTER)
        if _is_made_here(self.recipe) and self.recipe.tuning.method != "full":
            shutil.copytree(self._base_directory(), directory / BASE, dirs_exist_ok=True)

    def _base_directory(self) -> str:
        return getattr(self.model, "get_base_model", lambda: self.model)().name_or_path

    @classmethod
    def _read(
        cls, directory: Path, recipe: LlmHeadRecipe, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str]
    ) -> nn.Module:
        if recipe.tuning.method == "full":
            return load_scorer(directory / ADAPTER, labels, tokenizer)
        base = SharedBase.of(directory / BASE if _is_made_here(recipe) else recipe.checkpoint)
        return read_adapted(base.scorer(labels, tokenizer), recipe.tuning, directory / ADAPTER)


def starter_base(data: TrainingData, workspace: Path, watch: Watch) -> Path:
    """Return the directory of the job's small Qwen2; made the first time."""
    directory = workspace / "llm_base"
    if not is_complete(directory):
        foundation = lay_foundation(data, workspace, watch)
        small_qwen2_scorer(foundation, data.label_names).save_pretrained(directory)
        foundation.tokenizer.save_pretrained(str(directory))
        write_metadata(directory, {"made_for": "llm_head"})
    return directory


def _is_made_here(recipe: LlmHeadRecipe) -> bool:
    """Tell whether what an adapter was learned on top of can be found nowhere else."""
    return recipe.is_starter or recipe.data.pretraining.share > 0
