"""Named recipes of the encoder: a sentence about each, and what it changes."""

from typing import Any

BERT_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("Full fine-tuning with binary cross-entropy (Devlin et al. 2018).", {}),
    "bert-neftune": ("Uniform noise on the embeddings (NEFTune, Jain et al. 2023).", {"noise": {"neftune_alpha": 5.0}}),
    "bert-mmr": (
        "Half of the items, those that say most together (maximal marginal relevance, Carbonell and Goldstein 1998).",
        {"data": {"selection": {"amount": "share", "size": 0.5, "ranking": "mmr"}}},
    ),
}
