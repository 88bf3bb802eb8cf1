"""How likely each label is in a causal LM's answer, exactly, with the answer held to the label trie. Knows no words.

The score of a label is the probability that the answer contains it: said first, plus said second after each of the
likeliest first labels, and so on. Wherever the trie forks, the model's probability is shared among the branches. A
prompt is read once; all labels are then scored together, as one packed tree of tokens under an attention mask by which
every token sees the prompt and its own ancestors only (after SpecInfer, Miao et al. 2023).
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache, PreTrainedModel

from classifier.last_layer import read_at, spare
from classifier.trie import AnswerTokens, Fork, LabelTrie, Node, forks

NEGLIGIBLE = 0.01
"""A beginning of an answer that is less likely than this is not followed any further."""
BARRED = -1e9
"""The logit of what may not be said; a finite one, so that no sum turns into a NaN."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Beginnings of answers, one a row: whose prompt, how likely, which sequences are left, what the model keeps.

    `state` [rows, width] is the hidden state after which the next label comes, `seen` [rows, length] masks `cache`.
    """

    prompt: Tensor
    mass: Tensor
    left: Tensor  # float [rows, S], 1.0 where a sequence may still be said
    state: Tensor
    seen: Tensor
    cache: DynamicCache


@dataclass(frozen=True, slots=True)
class Prefix:
    """So many tokens that prompts begin with, and what the model keeps of them; stale once the model learns."""

    length: int
    cache: DynamicCache

    def for_rows(self, rows: int) -> DynamicCache:
        """Return a copy for each of so many prompts to go on with."""
        cache = deepcopy(self.cache)
        if self.length:
            cache.batch_repeat_interleave(rows)
        return cache


class AnswerScorer:
    """Scores all labels under one model, following `beams` beginnings of up to `max_labels` labels a prompt."""

    def __init__(self, model: PreTrainedModel, answer: AnswerTokens, beams: int = 3, max_labels: int = 4) -> None:
        self.model, self.answer, self.trie = model, answer, LabelTrie(answer)
        spare(model)
        self.beams, self.max_labels = beams, max_labels
        self.forks = forks(self.trie)
        self.nodes = _nodes_to_read(self.forks)

    @torch.inference_mode()
    def read(self, prefix: Sequence[int]) -> Prefix:
        """Read tokens that many prompts begin with, once for all of them."""
        cache = DynamicCache(config=self.model.config)
        if prefix:
            ids = torch.tensor([prefix], device=self.model.device)
            self._read(ids, torch.ones_like(ids), torch.arange(len(prefix), device=ids.device)[None], cache)
        return Prefix(len(prefix), cache)

    @torch.inference_mode()
    def score(self, ids: Tensor, seen: Tensor, prefix: Prefix | None = None) -> np.ndarray:
        """Return float32 [n, L] in 0..1 for prompts padded on the left: ids and mask, both int64 [n, length].

        All prompts begin with `prefix`, which `ids` leave out.
        """
        scores = torch.zeros(len(ids), self.trie.others, device=ids.device)
        for answers, next_label in self._steps(self._read_prompts(ids, seen, prefix or self.read(()))):
            scores.index_add_(0, answers.prompt, answers.mass[:, None] * next_label)
        return scores.clamp(0, 1).cpu().numpy()

    def _steps(self, answers: Beginnings) -> Iterator[tuple[Beginnings, Tensor]]:
        """Yield beginnings of 0, 1, … labels with the probability [rows, L] of each label to come next."""
        for said in range(1, self.max_labels + 1):
            next_label = self._next_sequence(answers)[:, : self.trie.others]
            yield answers, next_label
            chosen = self._likeliest(answers, next_label) if said < self.max_labels else []
            if not chosen:
                return
            answers = self._say(answers, next_label, chosen)

    def _read_prompts(self, ids: Tensor, seen: Tensor, prefix: Prefix) -> Beginnings:
        rows, sequences = len(ids), len(self.answer.sequences)
        ones = torch.ones(rows, sequences, device=ids.device)
        cache = prefix.for_rows(rows)
        seen = functional.pad(seen, (prefix.length, 0), value=1)
        positions = (seen.cumsum(1) - 1).clamp(min=0)[:, prefix.length :]
        last = torch.full((rows,), ids.shape[1] - 1, device=ids.device)
        with read_at(last, ids.shape[1]):
            states = self._read(ids, seen, positions, cache)
        return Beginnings(torch.arange(rows, device=ids.device), ones[:, 0], ones, states[:, -1], seen, cache)

    def _read(self, ids: Tensor, mask: Tensor, positions: Tensor, cache: DynamicCache) -> Tensor:
        output = self.model.base_model(
            input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True
        )
        return output.last_hidden_state

    def _next_sequence(self, answers: Beginnings) -> Tensor:
        """Return the probability [rows, S] of each sequence to come next; what is missing to 1 is the end."""
        states = {0: answers.state, **self._read_tree(answers)}
        likely = answers.left.clone()
        for fork in self.forks:
            flow = torch.from_numpy(fork.flow).to(likely)
            open_branches = answers.left @ flow > 0
            if fork.ends is not None:
                open_branches[:, fork.ends] |= answers.left[:, self.trie.others] == 0
            logits = self._logits(states[fork.node.number], fork.tokens).masked_fill(~open_branches, BARRED)
            passes = flow.sum(1) > 0
            likely *= torch.where(passes, logits.softmax(1) @ flow.T, torch.ones_like(likely))
        return likely

    def _read_tree(self, answers: Beginnings) -> dict[int, Tensor]:
        """Return the hidden state [rows, width] at every node below the root that has a choice after it."""
        if not self.nodes:
            return {}
        rows = len(answers.seen)
        tokens = torch.tensor([[node.token for node in self.nodes]], device=answers.seen.device).expand(rows, -1)
        depth = torch.tensor([node.depth - 1 for node in self.nodes], device=answers.seen.device)
        positions = answers.seen.sum(1, keepdim=True) + depth
        visible = torch.cat([answers.seen[:, None].bool().expand(-1, len(self.nodes), -1), self._ancestors(rows)], 2)
        kind = self.model.dtype if not torch.is_autocast_enabled(answers.seen.device.type) else torch.float32
        mask = torch.zeros(visible.shape, dtype=kind, device=visible.device).masked_fill(
            ~visible, torch.finfo(kind).min
        )
        states = self._read(tokens, mask[:, None], positions, answers.cache)
        answers.cache.crop(-len(self.nodes))
        return {node.number: states[:, index] for index, node in enumerate(self.nodes)}

    def _ancestors(self, rows: int) -> Tensor:
        index = {node.number: place for place, node in enumerate(self.nodes)}
        sees = torch.zeros(len(self.nodes), len(self.nodes), dtype=torch.bool, device=self.model.device)
        for place, node in enumerate(self.nodes):
            for ancestor in _upwards(node):
                sees[place, index[ancestor.number]] = True
        return sees.expand(rows, -1, -1)

    def _logits(self, states: Tensor, tokens: tuple[int, ...]) -> Tensor:
        """Return float32 [rows, tokens]; only these rows of the output embeddings are multiplied."""
        head = self.model.get_output_embeddings()
        logits = states.float() @ head.weight[list(tokens)].float().T
        bias = getattr(head, "bias", None)
        return logits if bias is None else logits + bias[list(tokens)].float()

    def _likeliest(self, answers: Beginnings, next_label: Tensor) -> list[tuple[int, int]]:
        """Choose (row, label) pairs to follow: for each prompt the most probable ones."""
        mass = answers.mass[:, None] * next_label
        best = mass.topk(min(self.beams, mass.shape[1]), 1)
        rows, places = (best.values > NEGLIGIBLE).nonzero(as_tuple=True)
        found = zip(
            answers.prompt[rows].tolist(),
            (-best.values[rows, places]).tolist(),
            rows.tolist(),
            best.indices[rows, places].tolist(),
            strict=True,
        )
        by_prompt = groupby(sorted(found), key=lambda choice: choice[0])
        return [(row, label) for _, choices in by_prompt for _, _, row, label in list(choices)[: self.beams]]

    def _say(self, answers: Beginnings, next_label: Tensor, chosen: list[tuple[int, int]]) -> Beginnings:
        """Let each chosen row say its label and the separator."""
        device = answers.seen.device
        rows = torch.tensor([row for row, _ in chosen], device=device)
        labels = torch.tensor([label for _, label in chosen], device=device)
        said = [self.answer.labels[label] + self.answer.separator for _, label in chosen]
        lengths = torch.tensor([len(tokens) for tokens in said], device=device)
        width = int(lengths.max())
        ids = torch.tensor([[*tokens, *[tokens[-1]] * (width - len(tokens))] for tokens in said], device=device)
        offsets = torch.arange(width, device=device)
        positions = answers.seen[rows].sum(1, keepdim=True) + offsets
        seen = torch.cat([answers.seen[rows], (offsets < lengths[:, None]).to(answers.seen)], 1)
        answers.cache.batch_select_indices(rows)
        states = self._read(ids, seen, positions, answers.cache)
        each = torch.arange(len(rows), device=device)
        left = answers.left[rows].clone()
        left[each, labels] = 0
        left[:, self.trie.others] = 0
        mass = answers.mass[rows] * next_label[rows, labels] * self._goes_on(states, lengths)
        return Beginnings(answers.prompt[rows], mass, left, states[each, lengths - 1], seen, answers.cache)

    def _goes_on(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Return the probability [rows] of the separator rather than the end, token by token while they differ."""
        separator, end = self.answer.separator, self.answer.end
        each = torch.arange(len(states), device=states.device)
        likely = torch.ones(len(states), device=states.device)
        for place, token in enumerate(separator):
            if end[:place] != separator[:place] or end[place] == token:
                continue
            before = states[each, lengths - len(separator) + place - 1]
            likely = likely * self._logits(before, (token, end[place])).softmax(1)[:, 0]
        return likely


def _nodes_to_read(found: list[Fork]) -> list[Node]:
    """List the nodes below the root with a choice after them and their ancestors, parents first."""
    nodes = {node.number: node for fork in found for node in _upwards(fork.node)}
    return [nodes[number] for number in sorted(nodes)]


def _upwards(node: Node) -> Iterator[Node]:
    """Yield a node and its ancestors, the root left out."""
    while node.parent is not None:
        yield node
        node = node.parent
