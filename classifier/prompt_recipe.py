"""How the prompt classifier is set up and, with the starter checkpoint, trained. Importable without torch."""

from dataclasses import dataclass, field, replace
from typing import Self

from classifier.options.asking import Asking
from classifier.options.checks import check_at_least, check_positive
from classifier.options.data import Data
from classifier.options.instruction_tuning import InstructionTuning
from classifier.options.retrieval import Retrieval
from classifier.options.sample_design import SampleDesign
from classifier.options.template import Template
from classifier.recipes import STARTER

RANKED = 3
"""So many times the neighbours that are shown are ranked at least, where something else than likeness ranks them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRecipe:
    """The settings of a prompt classifier; every number is checked when built.

    `checkpoint` is `starter`, a hub id or a local path. With `endpoint` (the base URL of an OpenAI-compatible server)
    nothing is loaded here: `model` is the name that the server knows. The key comes from the environment alone.
    """

    checkpoint: str = STARTER
    endpoint: str | None = None
    model: str = ""
    # The form of a prompt. The starter reads short ones: each token of them costs training time.
    neighbours: int = 3
    shortlist: int = 8
    text_tokens: int = 128
    example_tokens: int = 40
    template: Template = field(default_factory=Template)
    asking: Asking = field(default_factory=Asking)
    design: SampleDesign = field(default_factory=SampleDesign)
    retrieval: Retrieval = field(default_factory=Retrieval)
    # How answers are scored: so many beginnings of an answer are followed, up to so many labels.
    beams: int = 3
    max_labels: int = 4
    batch_tokens: int = 8192
    # How an endpoint is spoken to.
    timeout_s: float = 30.0
    retries: int = 2
    threads: int = 4
    # How any other checkpoint is trained, and how the starter is.
    tuning: InstructionTuning = field(default_factory=InstructionTuning)
    seconds: float = 80.0
    epochs: int = 4
    learning_rate: float = 2e-3
    data: Data = field(default_factory=Data)
    preset: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        if not self.checkpoint:
            raise ValueError("checkpoint: name 'starter', a hub id or a local path.")
        self._check_endpoint()
        self._check_parts()
        check_at_least(self, 1, "shortlist", "text_tokens", "example_tokens", "max_labels", "beams", "batch_tokens")
        check_at_least(self, 1, "threads", "epochs")
        check_at_least(self, 0, "neighbours", "retries", "seed")
        check_positive(self, "timeout_s", "seconds", "learning_rate")
        if self.data.distillation.teachers or self.data.pretraining.share:
            raise ValueError("data: distillation and pretraining are for bert and llm_head.")

    def _check_parts(self) -> None:
        if self.asking.scope == "groups" and self.design.labels_as == "number":
            raise ValueError("labels_as: a number counts in the list of all labels, of which groups show only parts.")
        if self.tuning.epochs and self.design.reasoning:
            raise ValueError("reasoning: the items hold no reasons to learn from; ask for them without tuning.")
        if self.tuning.epochs and self.endpoint:
            raise ValueError("tuning: a model behind an endpoint cannot be trained here.")

    def _check_endpoint(self) -> None:
        if self.endpoint and not self.endpoint.startswith(("http://", "https://")):
            raise ValueError(f"endpoint: {self.endpoint!r} is no http(s) address.")
        if self.endpoint and not self.model:
            raise ValueError("model: an endpoint needs the name of the model that it serves.")

    @property
    def is_starter(self) -> bool:
        """Whether the causal LM is trained here rather than loaded or asked over the network."""
        return self.checkpoint == STARTER and not self.endpoint

    @property
    def recalls(self) -> int:
        """How many neighbours a question comes with: examples are chosen of them, a shortlist begins with theirs."""
        if not self.neighbours and self.asking.scope != "shortlist":
            return 0
        # To rank as many as are shown would only order them.
        least = self.neighbours if self.retrieval.rank == "similarity" else RANKED * self.neighbours
        return max(self.retrieval.recall, least)

    def with_checkpoint(self, checkpoint: str, endpoint: str | None = None, model: str = "") -> Self:
        """Return the recipe that suits a checkpoint: a pretrained LLM reads more labels and longer texts."""
        chosen = replace(self, checkpoint=checkpoint, endpoint=endpoint, model=model)
        if chosen.is_starter:
            return chosen
        return replace(chosen, neighbours=10, shortlist=60, text_tokens=384, example_tokens=128)
