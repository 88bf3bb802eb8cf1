"""Named recipes of the LLM with a head: a sentence about each, and what it changes."""

from typing import Any

FEW_WEIGHTS = 3e-3
"""A learning rate for methods that train so little that small steps would not get anywhere."""

LLM_HEAD_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "llm-lora": ("LoRA of rank 32 on all projections (Hu et al. 2021).", {}),
    "llm-lora-64": ("LoRA of rank 64, alpha twice that.", {"tuning": {"r": 64, "alpha": 128}}),
    "llm-lora-96": ("LoRA of rank 96, alpha twice that.", {"tuning": {"r": 96, "alpha": 192}}),
    "llm-dora": (
        "LoRA that learns direction and magnitude apart (DoRA, Liu et al. 2024).",
        {"tuning": {"method": "dora"}},
    ),
    "llm-rslora": (
        "LoRA scaled by the square root of its rank (rsLoRA, Kalajdzievski 2023).",
        # At this rank the scale is LoRA's own with alpha twice the rank; higher ranks then keep it.
        {"tuning": {"method": "rslora", "r": 64, "alpha": 16}},
    ),
    "llm-adalora": (
        "LoRA that moves its ranks to where they count (AdaLoRA, Zhang et al. 2023).",
        {"tuning": {"method": "adalora"}},
    ),
    "llm-ia3": (
        "Learned factors on keys, values and the feed-forward layer (IA3, Liu et al. 2022).",
        {"tuning": {"method": "ia3", "train_embeddings": False}, "learning_rate": FEW_WEIGHTS},
    ),
    "llm-prefix": (
        "Learned keys and values before every layer's own, made by a small network (prefix tuning, Li & Liang 2021).",
        {"tuning": {"method": "prefix", "train_embeddings": False}, "learning_rate": FEW_WEIGHTS},
    ),
    "llm-p-tuning-v2": (
        "Learned keys and values before every layer's own, as they are (P-tuning v2, Liu et al. 2021).",
        {"tuning": {"method": "p_tuning_v2", "train_embeddings": False}, "learning_rate": FEW_WEIGHTS},
    ),
    "llm-p-tuning": (
        "Learned input vectors before the text, made by a small network (P-tuning, Liu et al. 2021).",
        {"tuning": {"method": "p_tuning", "train_embeddings": False}, "learning_rate": FEW_WEIGHTS},
    ),
    "llm-prompt-tuning": (
        "Learned input vectors before the text, as they are (prompt tuning, Lester et al. 2021).",
        {"tuning": {"method": "prompt", "train_embeddings": False}, "learning_rate": FEW_WEIGHTS},
    ),
    "llm-adapter": (
        "Small layers behind every feed-forward layer (adapters, Pfeiffer et al. 2020).",
        {"tuning": {"method": "bottleneck", "train_embeddings": False}, "learning_rate": 1e-3},
    ),
    "llm-adapter-houlsby": (
        "Small layers behind every attention and feed-forward layer (adapters, Houlsby et al. 2019).",
        {
            "tuning": {"method": "bottleneck", "train_embeddings": False, "after_attention": True},
            "learning_rate": 1e-3,
        },
    ),
    "llm-full": ("Full fine-tuning: all weights learn.", {"tuning": {"method": "full"}, "learning_rate": 5e-5}),
    "llm-neftune": (
        "LoRA with uniform noise on the embeddings (NEFTune, Jain et al. 2023).",
        {"noise": {"neftune_alpha": 5.0}},
    ),
    "llm-pretrained": (
        "For pretrained checkpoints: a third of the time goes to reading the desk's texts (Gururangan et al. 2020).",
        {"data": {"pretraining": {"share": 0.33}}},
    ),
    "llm-pseudo-labels": (
        "Unlabelled items are learned too, where the live bert and llm_head agree (pseudo-labels, Lee 2013).",
        {"data": {"pseudo_labels": {"classifiers": ["bert", "llm_head"]}}},
    ),
    "llm-distilled": (
        "What the live bert and llm_head say is learned beside the truth (distillation, Hinton et al. 2015).",
        {"data": {"distillation": {"teachers": ["bert", "llm_head"]}}},
    ),
}
