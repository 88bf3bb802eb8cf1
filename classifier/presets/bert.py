"""Named recipes of the encoder: a sentence about each, and what it changes."""

from typing import Any

BERT_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("Full fine-tuning with binary cross-entropy (Devlin et al. 2018).", {}),
    "bert-frozen": (
        "The embeddings and the lower half of the layers stay as they are (Lee et al. 2019).",
        {"optimisation": {"frozen_share": 0.5}},
    ),
    "bert-layer-decay": (
        "Lower layers learn more slowly, by 0.9 for each layer (Howard and Ruder 2018).",
        {"optimisation": {"layer_decay": 0.9}},
    ),
    "bert-large": (
        "For checkpoints of 24 layers: small steps, little memory (gradient checkpointing, Chen et al. 2016).",
        {
            "learning_rate": 2e-5,
            "batch_size": 8,
            "warmup": 0.1,
            "optimisation": {"accumulation": 4, "checkpointing": True, "layer_decay": 0.95},
        },
    ),
    "bert-weighted": (
        "A label's few positives count as much as its many negatives, up to tenfold (King and Zeng 2001).",
        {"loss": {"weighting": "positive"}},
    ),
    "bert-focal": ("What is easy hardly counts (focal loss, Lin et al. 2017).", {"loss": {"kind": "focal"}}),
    "bert-asl": (
        "Easy negatives count nothing (asymmetric loss, Ben-Baruch et al. 2021).",
        {"loss": {"kind": "asymmetric"}},
    ),
    "bert-class-balanced": (
        "Labels weigh by their effective number of examples (Cui et al. 2019).",
        {"loss": {"weighting": "class_balanced"}},
    ),
    "bert-single-label": (
        "Cross-entropy of a softmax, for sets in which an item has one label at most (Bridle 1990).",
        {"loss": {"kind": "cross_entropy"}},
    ),
    "bert-neftune": ("Uniform noise on the embeddings (NEFTune, Jain et al. 2023).", {"noise": {"neftune_alpha": 5.0}}),
    "bert-fgm": (
        "A second pass on embeddings moved against the model (FGM, Miyato et al. 2017).",
        {"noise": {"fgm_epsilon": 1.0}},
    ),
    "bert-r-drop": (
        "Two readings with different dropout have to agree (R-Drop, Liang et al. 2021).",
        {"noise": {"r_drop": 1.0, "dropout": 0.1}},
    ),
    "bert-head-tail": (
        "Of a long text the first quarter of what fits and the rest from its end (Sun et al. 2019).",
        {"reading": {"mode": "head_tail"}},
    ),
    "bert-windows": (
        "A long text is read whole, in windows of which the strongest speaks (Pappagari et al. 2019).",
        {"reading": {"mode": "windows"}},
    ),
    "bert-pet": (
        "A label is as likely as its name in a gap before the text, for few examples (PET, Schick and Schütze 2021).",
        {"cloze": {"template": "{mask}: {text}"}},
    ),
    "bert-pet-student": (
        "PET labels the unlabelled items, and an ordinary classifier learns from them too (Schick and Schütze 2021).",
        {"cloze": {"template": "{mask}: {text}", "student": True}},
    ),
    "bert-pet-patterns": (
        "PET with three templates, whose mean labels the unlabelled items for a student (Schick and Schütze 2021).",
        {"cloze": {"template": "{mask}: {text}", "patterns": ["{text} ({mask})", "{mask} - {text}"], "student": True}},
    ),
    "bert-autoprompt": (
        "A gap behind the text, and before it tokens that a search finds (AutoPrompt, Shin et al. 2020).",
        {"cloze": {"template": "{text}{trigger}{mask}", "triggers": 4}},
    ),
    "bert-mmr": (
        "Half of the items, those that say most together (maximal marginal relevance, Carbonell and Goldstein 1998).",
        {"data": {"selection": {"amount": "share", "size": 0.5, "ranking": "mmr"}}},
    ),
    "bert-pseudo-labels": (
        "Unlabelled items are learned too, where the live bert and llm_head agree (pseudo-labels, Lee 2013).",
        {"data": {"pseudo_labels": {"classifiers": ["bert", "llm_head"]}}},
    ),
    "bert-distilled": (
        "What the live bert and llm_head say is learned beside the truth (distillation, Hinton et al. 2015).",
        {"data": {"distillation": {"teachers": ["bert", "llm_head"]}}},
    ),
    "bert-mixed": (
        "One example of similar.jsonl in the data folder, a set with some of the same labels, to two of one's own.",
        {"data": {"mixing": {"path": "similar.jsonl"}}},
    ),
    "bert-pretrained": (
        "For pretrained checkpoints: a third of the time goes to reading the desk's texts (Gururangan et al. 2020).",
        {"data": {"pretraining": {"share": 0.33}}},
    ),
}
