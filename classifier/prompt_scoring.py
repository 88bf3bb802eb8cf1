"""How likely each label is in a causal LM's answer, exactly, with the answer held to the label trie. Knows no words.

The score of a label is the probability that the answer contains it: said first, plus said second after each of the
likeliest first labels, and so on. Wherever the trie forks, the model's probability is shared among the branches. A
prompt is read once; all labels are then scored together, as one packed tree of tokens under an attention mask by which
every token sees the prompt and its own ancestors only (after SpecInfer, Miao et al. 2023).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache, PreTrainedModel

from classifier.last_layer import read_at, spare, spare_attention
from classifier.prompt_cache import branch, empty_cache, for_rows
from classifier.prompt_packing import SideBySide
from classifier.trie import AnswerTokens, Fork, LabelTrie, Node, Tokens, forks

NEGLIGIBLE = 0.01
"""A beginning of an answer that is less likely than this is not followed any further."""
BARRED = -1e9
"""The logit of what may not be said; a finite one, so that no sum turns into a NaN."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Beginnings of answers, one a row: whose prompt, how likely, which sequences are left, what the model keeps.

    `state` [rows, width] is the hidden state after which the next label comes. `cache` keeps each of the prompts once,
    with all beginnings of its answer behind it; `seen` [rows, length] masks what of that belongs to a row.
    """

    prompt: Tensor
    mass: Tensor
    left: Tensor  # float [rows, S], 1.0 where a sequence may still be said
    state: Tensor
    seen: Tensor
    prompts: int
    cache: DynamicCache

    def by_row(self) -> DynamicCache:
        """Return what each row goes on from, for a look ahead that is not kept."""
        ahead = branch(self.cache)
        if not torch.equal(self.prompt, torch.arange(self.prompts, device=self.prompt.device)):
            ahead.batch_select_indices(self.prompt)
        return ahead


@dataclass(frozen=True, slots=True)
class Prefix:
    """So many tokens that prompts begin with, and what the model keeps of them; stale once the model learns."""

    length: int
    cache: DynamicCache


class AnswerScorer:
    """Scores all labels under one model, following `beams` beginnings of up to `max_labels` labels a prompt."""

    def __init__(self, model: PreTrainedModel, answer: AnswerTokens, beams: int = 3, max_labels: int = 4) -> None:
        self.model, self.answer, self.trie = model, answer, LabelTrie(answer)
        spare(model)
        spare_attention(model)
        self.beams, self.max_labels = beams, max_labels
        self.forks = forks(self.trie)
        self.nodes = _nodes_to_read(self.forks)
        self.ancestors = _ancestors(self.nodes)

    @torch.inference_mode()
    def read(self, prefix: Sequence[int]) -> Prefix:
        """Read tokens that many prompts begin with, once for all of them."""
        cache = empty_cache(self.model.config)
        if prefix:
            ids = torch.tensor([prefix], device=self.model.device)
            self._read(ids, None, torch.arange(len(prefix), device=ids.device)[None], cache)
        return Prefix(len(prefix), cache)

    @torch.inference_mode()
    def score(self, ids: Tensor, seen: Tensor, prefix: Prefix | None = None) -> np.ndarray:
        """Return float32 [n, L] in 0..1 for padded prompts: ids and mask, both int64 [n, length].

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
        ids, seen = _padded_right(ids, seen)
        rows, length = ids.shape
        each, last = torch.arange(rows, device=ids.device), (seen.sum(1) - 1).clamp(min=0)
        cache = for_rows(prefix.cache, rows)
        positions = torch.arange(prefix.length, prefix.length + length, device=ids.device).expand(rows, -1)
        with read_at(last, length):
            states = self._read(ids, None, positions, cache)
        ones = torch.ones(rows, len(self.answer.sequences), device=ids.device)
        seen = functional.pad(seen, (prefix.length, 0), value=1).bool()
        return Beginnings(each, ones[:, 0], ones, states[each, last], seen, rows, cache)

    def _read(self, ids: Tensor, visible: Tensor | None, positions: Tensor, cache: DynamicCache) -> Tensor:
        """Return the state at each of `ids` [rows, n], which see `visible` [rows, n, length], or all before them."""
        output = self.model.base_model(
            input_ids=ids,
            attention_mask=None if visible is None else self._added(visible),
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
        )
        return output.last_hidden_state

    def _added(self, visible: Tensor) -> Tensor:
        kind = torch.float32 if torch.is_autocast_enabled(visible.device.type) else self.model.dtype
        mask = torch.zeros(visible.shape, dtype=kind, device=visible.device)
        return mask.masked_fill(~visible, torch.finfo(kind).min)[:, None]

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
        rows, device = len(answers.seen), answers.seen.device
        tokens = torch.tensor([[node.token for node in self.nodes]], device=device).expand(rows, -1)
        depth = torch.tensor([node.depth - 1 for node in self.nodes], device=device)
        positions = answers.seen.sum(1, keepdim=True) + depth
        before = answers.seen[:, None].expand(-1, len(self.nodes), -1)
        visible = torch.cat([before, self.ancestors.to(device).expand(rows, -1, -1)], 2)
        states = self._read(tokens, visible, positions, answers.by_row())
        return {node.number: states[:, index] for index, node in enumerate(self.nodes)}

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
        rows, labels = torch.tensor(chosen, device=answers.seen.device).T
        said = [self.answer.labels[label] + self.answer.separator for _, label in chosen]
        lengths = torch.tensor([len(tokens) for tokens in said], device=rows.device)
        states, seen = self._read_on(answers, rows, said, lengths)
        each = torch.arange(len(rows), device=rows.device)
        left = answers.left[rows].clone()
        left[each, labels] = 0
        left[:, self.trie.others] = 0
        mass = answers.mass[rows] * next_label[rows, labels] * self._goes_on(states, lengths)
        state = states[each, lengths - 1]
        return replace(answers, prompt=answers.prompt[rows], mass=mass, left=left, state=state, seen=seen)

    def _read_on(
        self, answers: Beginnings, rows: Tensor, said: Sequence[Tokens], lengths: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Read what rows say; return the states [rows, longest, width] after each token, and what the rows see now."""
        width = int(lengths.max())
        ids = torch.tensor([[*tokens, *[tokens[-1]] * (width - len(tokens))] for tokens in said], device=rows.device)
        before, offsets = answers.seen[rows], torch.arange(width, device=rows.device)
        beside = SideBySide.of(answers.prompt[rows], answers.prompts)
        own = beside.own((offsets <= offsets[:, None]).expand(len(rows), -1, -1))
        visible = torch.cat([before[:, None].expand(-1, width, -1), own], 2)
        positions = before.sum(1, keepdim=True) + offsets
        states = self._read(*map(beside.pack, (ids, visible, positions)), answers.cache)
        return beside.unpack(states), torch.cat([before, beside.own(offsets < lengths[:, None])], 1)

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


def _ancestors(nodes: Sequence[Node]) -> Tensor:
    """Return bool [nodes, nodes]: which of them each sees, itself among them."""
    index = {node.number: place for place, node in enumerate(nodes)}
    sees = torch.zeros(len(nodes), len(nodes), dtype=torch.bool)
    for place, node in enumerate(nodes):
        sees[place, [index[ancestor.number] for ancestor in _upwards(node)]] = True
    return sees


def _padded_right(ids: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Move all padding behind the prompts, where a causal model does not see it and no mask has to say so."""
    order = seen.argsort(dim=1, descending=True, stable=True)
    return ids.gather(1, order), seen.gather(1, order)
