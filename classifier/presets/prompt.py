"""Named recipes of the asked LLM: a sentence about each, and what it changes."""

from typing import Any

PROMPT_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "prompt": ("Asked with retrieved examples, the nearest last.", {}),
    "prompt-zero-shot": ("Asked without any example.", {"neighbours": 0}),
}
