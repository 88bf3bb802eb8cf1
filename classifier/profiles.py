"""Profiles: which checkpoint each classifier and the retriever start from. Importable without torch."""

from dataclasses import dataclass

from classifier.prompt_recipe import PromptRecipe
from classifier.recipes import STARTER, BertRecipe, LlmHeadRecipe, RetrieverRecipe

Recipe = BertRecipe | LlmHeadRecipe | PromptRecipe | RetrieverRecipe


@dataclass(frozen=True, slots=True)
class Profile:
    """A checkpoint for each: `starter`, a hub id or a local path; any field may be replaced.

    With `endpoint`, an OpenAI-compatible server that knows `model` answers for the prompt classifier.
    """

    name: str
    bert: str = STARTER
    llm_head: str = STARTER
    prompt: str = STARTER
    retriever: str = STARTER
    endpoint: str | None = None
    model: str = ""

    def recipe(self, classifier: str) -> Recipe:
        """Return the default recipe of a classifier (or of `retriever`) for this profile's checkpoint."""
        recipes = {
            "bert": BertRecipe().with_checkpoint(self.bert),
            "llm_head": LlmHeadRecipe().with_checkpoint(self.llm_head),
            "prompt": PromptRecipe().with_checkpoint(self.prompt, self.endpoint, self.model),
            "retriever": RetrieverRecipe(checkpoint=self.retriever),
        }
        if classifier not in recipes:
            raise ValueError(f"There is no classifier {classifier}; there are {', '.join(recipes)}.")
        return recipes[classifier]


PROFILES = {
    "starter": Profile("starter"),
    "chinese": Profile(
        "chinese",
        bert="hfl/chinese-macbert-base",
        llm_head="Qwen/Qwen2.5-0.5B",
        prompt="Qwen/Qwen2.5-0.5B-Instruct",
        retriever="BAAI/bge-small-zh-v1.5",
    ),
    "english": Profile(
        "english",
        bert="answerdotai/ModernBERT-base",
        llm_head="Qwen/Qwen2.5-0.5B",
        prompt="Qwen/Qwen2.5-0.5B-Instruct",
        retriever="BAAI/bge-small-en-v1.5",
    ),
}
