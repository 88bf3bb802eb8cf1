"""Lets a model read the desk's own texts before it learns their labels (Gururangan et al. 2020). Knows no labels.

The body of the scorer is put under the head of a language model: that of its checkpoint, or a fresh one where there is
none. What is learned stays in the body; the scorer's own head is not touched.
"""

from pathlib import Path

import torch
from transformers import (
    MODEL_FOR_MASKED_LM_MAPPING,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from classifier.checkpoints import load_scorer
from classifier.devices import device
from classifier.examples import TrainingData
from classifier.files import is_complete, write_metadata
from classifier.masked_language import Gaps, learn_language
from classifier.recipes import TrainingRecipe
from classifier.training import Schedule
from classifier.watch import Stage, Watch

BATCH = 16
"""Texts a step at most: the scores of a whole vocabulary are held for each of their tokens."""


def pretrained(
    scorer: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    recipe: TrainingRecipe,
    data: TrainingData,
    watch: Watch,
    directory: Path,
) -> PreTrainedModel:
    """Return the scorer after it has read, or as it is where the recipe spends no time on that.

    The reading is done the first time; a job that was killed finds what it had read in the directory.
    """
    if not recipe.data.pretraining.share:
        return scorer
    if not is_complete(directory):
        texts = [*(example.text for example in data.train), *data.unlabelled]
        read(scorer.to(device()), tokenizer, recipe, texts, watch)
        scorer.save_pretrained(directory)
        tokenizer.save_pretrained(str(directory))
        write_metadata(directory, {"made_for": "pretraining"})
    return load_scorer(directory, data.label_names, tokenizer)


def read(
    scorer: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, recipe: TrainingRecipe, texts: list[str], watch: Watch
) -> None:
    """Train a scorer's body on texts for the recipe's share of time: an encoder fills gaps, a causal LLM goes on."""
    options = recipe.data.pretraining
    is_encoder = type(scorer.config) in MODEL_FOR_MASKED_LM_MAPPING
    learn_language(
        _under_language_head(scorer, AutoModelForMaskedLM if is_encoder else AutoModelForCausalLM),
        tokenizer,
        texts,
        Schedule(epochs=options.epochs, learning_rate=options.learning_rate, seconds=recipe.seconds * options.share),
        Stage(watch, 0.0, options.share, "pretraining"),
        Gaps(
            masked=options.masked if is_encoder else 0.0,
            batch_size=min(recipe.batch_size, BATCH),
            max_length=recipe.max_length,
            seed=recipe.seed,
        ),
    )
    scorer.eval()


def _under_language_head(scorer: PreTrainedModel, kind: type) -> PreTrainedModel:
    """Return a language model whose body is the scorer's own."""
    source = scorer.name_or_path
    # Single precision as for the scorer: half-precision checkpoints lose small steps.
    model = (
        kind.from_pretrained(source, dtype=torch.float32, trust_remote_code=False)
        if source
        else kind.from_config(scorer.config, trust_remote_code=False)
    )
    setattr(model, model.base_model_prefix, scorer.base_model)
    model.tie_weights()
    return model.to(device())
