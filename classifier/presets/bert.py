"""Named recipes of the encoder: a sentence about each, and what it changes."""

from typing import Any

BERT_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("Full fine-tuning with binary cross-entropy (Devlin et al. 2018).", {}),
    "bert-neftune": ("Uniform noise on the embeddings (NEFTune, Jain et al. 2023).", {"noise": {"neftune_alpha": 5.0}}),
}
