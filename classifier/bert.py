"""The `bert` classifier: an encoder with a multi-label head, fully fine-tuned. Knows no neighbours."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from torch import nn
from transformers import PreTrainedTokenizerBase

from classifier.checkpoints import load_scorer
from classifier.examples import TrainingData
from classifier.foundation import lay_foundation
from classifier.recipes import BertRecipe
from classifier.sequence import SequenceClassifier
from classifier.starters import small_bert
from classifier.targets import check_trainable
from classifier.tokens import load_tokenizer
from classifier.watch import Watch


class BertClassifier(SequenceClassifier):
    """BERT, RoBERTa, MacBERT, ModernBERT …: whatever loads as AutoModelForSequenceClassification."""

    name = "bert"
    recipe_kind = BertRecipe

    @classmethod
    def fit(cls, recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Fine-tune the recipe's checkpoint; raise ValueError where there is nothing to learn from."""
        check_trainable(data)
        if recipe.is_starter:
            foundation = lay_foundation(data, workspace, watch)
            model, tokenizer = small_bert(foundation, data.label_names, recipe.seed), foundation.tokenizer
        else:
            tokenizer = load_tokenizer(recipe.checkpoint)
            model = load_scorer(recipe.checkpoint, data.label_names)
        classifier = cls(model, tokenizer, data.label_names, recipe)
        classifier.train(data, watch)
        return classifier

    def _write(self, directory: Path) -> None:
        self.model.save_pretrained(directory / "model")

    @classmethod
    def _read(
        cls, directory: Path, recipe: BertRecipe, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str]
    ) -> nn.Module:
        return load_scorer(directory / "model", labels)
