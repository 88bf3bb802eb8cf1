"""Named recipes of the LLM with a head: a sentence about each, and what it changes."""

from typing import Any

LLM_HEAD_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "llm-lora": ("LoRA of rank 32 on all projections (Hu et al. 2021).", {}),
    "llm-lora-64": ("LoRA of rank 64, alpha twice that.", {"tuning": {"r": 64, "alpha": 128}}),
}
