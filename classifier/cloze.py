"""A masked language model that scores labels by the words it would put into a gap. Knows no training.

After PET (Schick and Schütze 2021). A label of several tokens has a mask for each, filled in one pass; its logit is the
mean of its tokens' logits, so that long names do not lose, plus an offset of its own, so that each label can be
proposed by itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForMaskedLM, PreTrainedModel, PreTrainedTokenizerBase
from transformers.modeling_outputs import BaseModelOutput, SequenceClassifierOutput

from classifier.options.cloze import MASK, TEXT, TRIGGER, Cloze
from classifier.reading import Frame

SLOT = -1
"""Stands in a frame where a trigger token is still to be found."""
NOTHING = -1
"""Fills up the rows of labels that have fewer tokens than others."""


class ClozeModel(nn.Module):
    """A masked language model, the token ids of each label [L, K] and the trigger tokens of its template."""

    def __init__(self, language_model: PreTrainedModel, words: Tensor, mask: int, triggers: Sequence[int] = ()) -> None:
        super().__init__()
        self.language_model = language_model
        self.mask, self.triggers = mask, tuple(triggers)
        # Behind the language model, as a head is: who freezes lower layers or slows them goes by that order.
        self.offset = Offset(len(words))
        self.register_buffer("words", words, persistent=False)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the language model has
        # Whoever trains it asks for configuration, embeddings and layers as of any other model.
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("language_model"), name)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SequenceClassifierOutput:
        """Return logits float32 [n, L] for windows that hold as many masks as the longest label has tokens."""
        masks = self.words.shape[1]
        places = (input_ids == self.mask).nonzero()[:, 1].view(len(input_ids), masks)
        filled = self._fillings(input_ids, attention_mask, places)
        there = self.words != NOTHING
        ranks = torch.arange(masks, device=filled.device).expand_as(self.words)
        said = filled[:, ranks, self.words.clamp(min=0)]
        mean = (said * there).sum(dim=2) / there.sum(dim=1)
        return SequenceClassifierOutput(logits=self.offset(mean))

    def _fillings(self, input_ids: Tensor, attention_mask: Tensor, places: Tensor) -> Tensor:
        """Return the logits [n, K, V] of the whole vocabulary at the masks."""
        rows = torch.arange(len(places), device=places.device)[:, None]

        def keep_masks(_: nn.Module, __: tuple[Tensor, ...], output: BaseModelOutput) -> BaseModelOutput:
            output.last_hidden_state = output.last_hidden_state[rows, places]
            return output

        # The head is the dearest part of the model; it should see the masks only.
        hook = self.language_model.base_model.register_forward_hook(keep_masks)
        try:
            return self.language_model(input_ids=input_ids, attention_mask=attention_mask).logits.float()
        finally:
            hook.remove()

    @torch.no_grad()
    def calibrate(self, logits: Tensor, shares: Tensor) -> None:
        """Move the offsets so that labels with these mean logits [L] are proposed as often as they occur [L]."""
        self.offset.bias += torch.logit(shares) - logits.to(shares)

    def save(self, directory: Path) -> None:
        """Write the language model, the labels' tokens and offsets and the triggers."""
        self.language_model.save_pretrained(directory / "model")
        triggers = torch.tensor(self.triggers, dtype=torch.int64)
        tensors = {"offset": self.offset.bias.detach().cpu(), "words": self.words.cpu(), "triggers": triggers}
        save_file(tensors, directory / "cloze.safetensors")

    @classmethod
    def load(cls, directory: Path, mask: int) -> Self:
        """Read what `save` wrote."""
        tensors = load_file(directory / "cloze.safetensors")
        model = cls(load_language_model(directory / "model"), tensors["words"], mask, tensors["triggers"].tolist())
        model.offset.bias.data.copy_(tensors["offset"])
        return model


class Offset(nn.Module):
    """What is added to the logit of each label."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(labels))

    def forward(self, logits: Tensor) -> Tensor:
        """Return logits [n, L] with the offsets."""
        return logits + self.bias


@dataclass(frozen=True, slots=True)
class Gap:
    """The template in a tokenizer's tokens."""

    tokenizer: PreTrainedTokenizerBase
    cloze: Cloze

    def words(self, labels: Sequence[str]) -> Tensor:
        """Return the token ids of each label, int64 [L, K]; raise ValueError where two labels have the same."""
        # A word begins as it would in the template: after a space some tokenizers have other tokens for it.
        space = " " if self.cloze.template.partition(MASK)[0].endswith(" ") else ""
        tokens = [
            tuple(self._tokens(space + self.cloze.words.get(label, label))[: self.cloze.most_masks]) for label in labels
        ]
        seen: dict[tuple[int, ...], str] = {}
        for label, ids in zip(labels, tokens, strict=True):
            if not ids or ids in seen:
                raise ValueError(f"{label} and {seen.get(ids, 'nothing')} read alike in the template; set other words.")
            seen[ids] = label
        rows = [torch.tensor(ids) for ids in tokens]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=NOTHING)

    def frame(self, masks: int, triggers: Sequence[int]) -> Frame:
        """Return what stands around a text, the tokenizer's own frame outermost."""
        own = Frame.of(self.tokenizer)
        fillings = {MASK: [self.tokenizer.mask_token_id] * masks, TRIGGER: list(triggers)}
        before, _, after = self.cloze.template.partition(TEXT)
        return Frame((*own.before, *self._piece(before, fillings)), (*self._piece(after, fillings), *own.after))

    def _piece(self, text: str, fillings: dict[str, list[int]]) -> list[int]:
        parts = re.split(f"({re.escape(MASK)}|{re.escape(TRIGGER)})", text)
        return [token for part in parts for token in fillings.get(part) or self._tokens(part.strip())]

    def _tokens(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"] if text else []


def load_language_model(source: Path | str) -> PreTrainedModel:
    """Load a checkpoint as a masked language model."""
    return AutoModelForMaskedLM.from_pretrained(str(source), dtype=torch.float32, trust_remote_code=False)
