"""Instruction tuning of a pretrained causal LM: LoRA by trl's SFTTrainer, on prompts in many wordings.

Knows no score. What is learned are prompts as they will be asked, with neighbours found out of fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from datasets import Dataset
from peft import LoraConfig, TaskType
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTConfig, SFTTrainer

from classifier.batches import shuffled_rows
from classifier.devices import device, half_precision_pays
from classifier.examples import TrainingData
from classifier.foundation import lay_foundation
from classifier.instruct_neighbours import out_of_fold
from classifier.instruct_prompts import EPOCH_ITEMS, drawn
from classifier.prompt_local import LocalModel
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_wording import templates
from classifier.targets import check_trainable
from classifier.watch import Watch

UNLEARNED = -100
"""The target of a token that is only read."""
POINTS = 60
"""So many points of the loss curve are enough to look at."""
MESSAGE = "Tuning the language model"


def tune(local: LocalModel, recipe: PromptRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Path:
    """Train an adapter for a freshly loaded model and return its directory; raise ValueError without anything to learn.

    The model itself is no longer fit for use: trl has put its own forward in.
    """
    check_trainable(data)
    data = replace(data, train=tuple(example for example in data.train if example.text.strip()))
    nearest = out_of_fold(data, lay_foundation(data, workspace, watch), recipe.recalls or 1, watch)
    samples = Samples(local, data, nearest, recipe)
    order = [row for _ in range(recipe.tuning.epochs) for row in samples.order()]
    trainer = SFTTrainer(
        model=local.model,
        args=_arguments(recipe, workspace / "tuning", len(order)),
        # Written when their turn comes: all of them at once would fill the memory.
        train_dataset=Dataset.from_dict({"row": order}).with_transform(samples.write),
        processing_class=local.tokenizer,
        peft_config=_lora(recipe),
        callbacks=[Watching(watch, recipe.tuning.seconds)],
    )
    trainer.train()
    adapter = workspace / "tuning" / "adapter"
    trainer.model.save_pretrained(str(adapter), save_embedding_layers=False)
    return adapter


class Samples:
    """Writes a new set of samples for every epoch, each in a wording drawn at random."""

    def __init__(self, local: LocalModel, data: TrainingData, nearest: np.ndarray, recipe: PromptRecipe) -> None:
        self.local, self.train, self.nearest = local, data.train, nearest
        self.batch_size = recipe.tuning.batch_size
        self.whole = recipe.design.loss_on == "all"
        self.generator = np.random.default_rng(recipe.seed)
        usual = local.form.wording
        wordings = (usual, *templates(usual.language))[: recipe.tuning.templates]
        self.forms = [replace(local.form, wording=wording) for wording in wordings]

    # A data set names itself by what it is made with, and would read the whole model to do so.
    def __getstate__(self) -> dict[str, object]:
        return {}

    def __deepcopy__(self, memo: dict[int, object]) -> "Samples":
        return self

    def order(self) -> list[int]:
        """Return the rows of an epoch, neighbours in it being of like length; of very many items, some."""
        rows = self.generator.permutation(len(self.train))[:EPOCH_ITEMS]
        lengths = [self._length(row) for row in rows]
        return [int(row) for batch in shuffled_rows(lengths, self.batch_size, self.generator) for row in rows[batch]]

    def write(self, rows: Mapping[str, Sequence[int]]) -> dict[str, list[list[int]]]:
        """Return {"input_ids", "labels"} of items, each time in other words and with other examples."""
        samples = [self._sample(row) for row in rows["row"]]
        return {name: [sample[name] for sample in samples] for name in ("input_ids", "labels")}

    def _length(self, row: int) -> int:
        """Return about how long an item's prompt is, in characters, but for what all prompts have."""
        shown = [self.train[near] for near in self.nearest[row][: self.local.form.neighbours] if near >= 0]
        return len(self.train[row].text) + sum(len(self.local.form.clip_example(example.text)) for example in shown)

    def _sample(self, row: int) -> dict[str, list[int]]:
        form = self.forms[self.generator.integers(len(self.forms))]
        prompt, labels = drawn(form, self.train, self.nearest, row, self.generator)
        question = self.local.encode([prompt])[0]
        # The very tokens that scoring will follow, whatever the tokenizer would make of the answer as one text.
        answer = list(self.local.scorer.answer.write([form.labels.index(label) for label in labels]))
        read = question if self.whole else [UNLEARNED] * len(question)
        return {"input_ids": [*question, *answer], "labels": [*read, *answer]}


class Watching(TrainerCallback):
    """Tells the watch how far a training is and stops it when its time is up; `Cancelled` passes through."""

    def __init__(self, watch: Watch, seconds: float) -> None:
        self.watch, self.seconds, self.started = watch, seconds, monotonic()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> TrainerControl:
        """Tell the progress, by steps or by time, whichever is further."""
        done = max(state.global_step / state.max_steps, (monotonic() - self.started) / self.seconds)
        self.watch.progress(min(done, 1.0), MESSAGE)
        control.should_training_stop = control.should_training_stop or done >= 1.0
        return control

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **_: object,
    ) -> None:
        """Add a point to the loss curve; a loss that is no number stops the training with advice."""
        if logs and (loss := logs.get("loss")) is not None:
            if not np.isfinite(loss):
                raise RuntimeError("The training diverged (its loss is no number); a smaller learning rate may help.")
            self.watch.point("loss", state.global_step, float(loss))


def _arguments(recipe: PromptRecipe, directory: Path, rows: int) -> SFTConfig:
    tuning, half = recipe.tuning, half_precision_pays()
    steps = -(-rows // tuning.batch_size)
    return SFTConfig(
        output_dir=str(directory),
        num_train_epochs=1,
        per_device_train_batch_size=tuning.batch_size,
        learning_rate=tuning.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=max(1, steps // 20),
        weight_decay=0.0,
        # The samples come in their order already, and are tokens with their targets.
        train_sampling_strategy="sequential",
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        bf16=half,
        gradient_checkpointing=device().type == "cuda",
        use_cpu=device().type == "cpu",
        logging_steps=max(1, steps // POINTS),
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=recipe.seed,
    )


def _lora(recipe: PromptRecipe) -> LoraConfig:
    tuning = recipe.tuning
    return LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=tuning.r,
        lora_alpha=tuning.alpha,
        lora_dropout=tuning.dropout,
        target_modules="all-linear",
    )
