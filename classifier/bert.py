"""The `bert` classifier: an encoder with a multi-label head, fully fine-tuned, or one that fills gaps instead.

Knows no neighbours.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from classifier.checkpoints import load_scorer
from classifier.cloze import ClozeModel, Gap
from classifier.cloze_training import calibrate, cloze_model, find_triggers, pool, with_soft_targets
from classifier.examples import TrainingData
from classifier.foundation import lay_foundation
from classifier.pretraining import pretrained
from classifier.reading import Reader
from classifier.recipes import BertRecipe
from classifier.sequence import SequenceClassifier
from classifier.starters import small_bert
from classifier.targets import check_trainable
from classifier.tokens import load_tokenizer
from classifier.watch import Stage, Watch


class BertClassifier(SequenceClassifier):
    """BERT, RoBERTa, MacBERT, ModernBERT …: whatever loads as AutoModelForSequenceClassification or …MaskedLM."""

    name = "bert"
    recipe_kind = BertRecipe

    @classmethod
    def fit(cls, recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Fine-tune the recipe's checkpoint; raise ValueError where there is nothing to learn from."""
        check_trainable(data)
        if not recipe.cloze.template:
            return cls._fit_head(recipe, data, watch, workspace)
        if not recipe.cloze.student:
            return cls._fit_cloze(recipe, data, watch, workspace)
        # Both steps of PET: what fills gaps well from few examples teaches what is fast.
        taught = cls._taught(recipe, data, Stage(watch, 0.0, 0.5), workspace)
        return cls._fit_head(recipe, taught, Stage(watch, 0.5, 1.0), workspace, time=0.5)

    @classmethod
    def _taught(cls, recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path) -> TrainingData:
        """Return the data with what one teacher for each template says of the pool; they share half of the time."""
        texts, templates, said = pool(recipe, data), recipe.cloze.templates, []
        part = 1 / len(templates)
        for number, template in enumerate(templates):
            name = f"teacher_{number + 1}" if number else "teacher"
            stage = Stage(watch, number * part, (number + 1) * part, name)
            own = replace(recipe, cloze=replace(recipe.cloze, template=template, patterns=[]))
            teacher = cls._fit_cloze(own, data, stage, workspace, time=0.5 * part)
            said.append(teacher.predict_proba(texts, watch=stage))
        return with_soft_targets(data, texts, said)

    @classmethod
    def _fit_head(
        cls, recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path, time: float = 1.0
    ) -> Self:
        if recipe.is_starter:
            foundation = lay_foundation(data, workspace, watch)
            model, tokenizer = small_bert(foundation, data.label_names, recipe.seed), foundation.tokenizer
        else:
            tokenizer = load_tokenizer(recipe.checkpoint)
            torch.manual_seed(recipe.seed)
            model = load_scorer(recipe.checkpoint, data.label_names)
        model = pretrained(model, tokenizer, recipe, data, watch, workspace / "bert_pretrained")
        classifier = cls(model, tokenizer, data.label_names, recipe)
        read = recipe.data.pretraining.share
        classifier.train(data, Stage(watch, read, 1.0), time * (1 - read))
        return classifier

    @classmethod
    def _fit_cloze(
        cls, recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path, time: float = 1.0
    ) -> Self:
        cloze = recipe.cloze
        read = cloze.reading_share if recipe.is_starter else 0.0
        searched = read + (cloze.search_share if cloze.triggers else 0.0)
        model, tokenizer = cloze_model(recipe, data, Stage(watch, 0.0, read, "reading"), workspace, time)
        classifier = cls(model, tokenizer, data.label_names, recipe)
        calibrate(classifier, data)
        if cloze.triggers:
            find_triggers(classifier, data, Stage(watch, read, searched), time)
        classifier.train(data, Stage(watch, searched, 1.0), time * (1 - searched))
        return classifier

    def reader(self) -> Reader:
        """Return what turns texts into this model's windows, in their template where it has one."""
        if not isinstance(self.model, ClozeModel):
            return super().reader()
        frame = Gap(self.tokenizer, self.recipe.cloze).frame(self.model.words.shape[1], self.model.triggers)
        return Reader(self.tokenizer, self.recipe.max_length, self.recipe.reading, frame)

    def _places(self, ids: Tensor) -> Tensor | None:
        reads_first = getattr(self.model.config, "classifier_pooling", "cls") == "cls"
        if isinstance(self.model, ClozeModel) or not reads_first:
            return None
        return torch.zeros(len(ids), dtype=torch.long, device=ids.device)

    def _write(self, directory: Path) -> None:
        if isinstance(self.model, ClozeModel):
            self.model.save(directory)
        else:
            self.model.save_pretrained(directory / "model")

    @classmethod
    def _read(
        cls, directory: Path, recipe: BertRecipe, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str]
    ) -> nn.Module:
        if recipe.cloze.template and not recipe.cloze.student:
            return ClozeModel.load(directory, tokenizer.mask_token_id)
        return load_scorer(directory / "model", labels)
