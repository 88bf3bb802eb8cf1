"""Named recipes of the asked LLM: a sentence about each, and what it changes."""

from typing import Any

PROMPT_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "prompt": ("Asked with retrieved examples, the nearest last (Liu et al. 2021).", {}),
    "prompt-zero-shot": (
        "Asked with the list of all labels and without any example.",
        {"neighbours": 0, "asking": {"scope": "all"}},
    ),
    "prompt-descriptions": (
        "Each label with its description; labels whose description is like the text are listed first after the "
        "neighbours' labels.",
        {"asking": {"descriptions": True, "by_descriptions": True}},
    ),
    "prompt-hierarchical": (
        "First the groups of labels, then the labels of the likeliest groups; their scores are multiplied.",
        {"asking": {"scope": "groups"}},
    ),
    "prompt-proposals": (
        "The shortlist begins with what the other classifiers propose.",
        {"asking": {"by_proposals": True}},
    ),
    "prompt-10-examples": ("Ten retrieved examples.", {"neighbours": 10}),
    "prompt-mmr": (
        "Examples by maximal marginal relevance: near the text, not all alike (Carbonell & Goldstein 1998).",
        {"retrieval": {"recall": 30, "rank": "mmr"}},
    ),
    "prompt-descending": ("The nearest example first.", {"retrieval": {"order": "descending"}}),
    "prompt-random-order": ("The examples in a random order.", {"retrieval": {"order": "random"}}),
    "prompt-json": ("The answer is a JSON list.", {"design": {"answer": "json"}}),
    "prompt-sentence": ("The answer is a sentence.", {"design": {"answer": "sentence"}}),
    "prompt-numbers": ("Labels are numbered, and the answer is their numbers.", {"design": {"labels_as": "number"}}),
    "prompt-last": ("The instruction stands behind the text.", {"design": {"instruction": "last"}}),
    "prompt-silent": ("Where no label fits, the answer is empty.", {"design": {"placeholder": False}}),
    "prompt-reasoning": (
        "Reasons first, then the answer (chain of thought, Wei et al. 2022): the reasons are decoded freely, the trie "
        "scores the answers that follow them; not for the starter, which is too small to reason.",
        {"design": {"reasoning": True}},
    ),
    "prompt-tuned": (
        "LoRA instruction tuning with many wordings (FLAN, Wei et al. 2021); the starter learns its prompts anyway.",
        {"tuning": {"epochs": 2}},
    ),
}
