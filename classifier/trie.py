"""A trie over the tokens of answers, so that a model can only ever answer labels. Knows no model and no tokenizer.

An answer is a label, then either the separator and another label that was not said yet, or the end; `others` stands
alone. `allowed` tells `generate` what may come next; `forks` tells scoring where a model has a choice at all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerTokens:
    """How answers look to one tokenizer: each label's tokens, those of `others`, what separates and what ends.

    `others` may be no token at all: where no label fits, the answer is its end.
    """

    labels: tuple[Tokens, ...]
    others: Tokens
    separator: Tokens
    end: Tokens

    def __post_init__(self) -> None:
        """Refuse sequences that cannot be told apart."""
        if not all(self.labels) or not self.end:
            raise ValueError("Every label and the end of an answer need at least one token.")
        if len(set(self.sequences)) < len(self.sequences):
            raise ValueError("Two labels look the same to the tokenizer; rename one of them.")
        if self.separator == self.end:
            raise ValueError("The separator between labels and the end of an answer look the same to the tokenizer.")
        if not self.separator and any(map(self._begins_another, self.sequences)):
            raise ValueError("Without a separator no label may begin another label.")

    @property
    def sequences(self) -> tuple[Tokens, ...]:
        """The tokens of every label in order, those of `others` last."""
        return (*self.labels, self.others)

    def _begins_another(self, tokens: Tokens) -> bool:
        return bool(tokens) and any(other[: len(tokens)] == tokens and other != tokens for other in self.sequences)

    def write(self, labels: Sequence[int]) -> Tokens:
        """Write an answer of label numbers, with its end; no labels at all is `others`."""
        said = [self.labels[number] for number in labels] or [self.others]
        return sum((self.separator + tokens for tokens in said[1:]), said[0]) + self.end


@dataclass(slots=True, eq=False)
class Node:
    """A place in the trie: its parent and token, what may follow, what is complete here and what passes through."""

    number: int
    depth: int
    token: int = -1
    parent: "Node | None" = None
    children: dict[int, "Node"] = field(default_factory=dict)
    complete: int | None = None
    through: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: at a node, after a separator or end of which `tail` is still to come.

    `barred` holds the sequences that may not be said any more: the labels already said and, after the first, `others`.
    """

    node: Node
    barred: frozenset[int] = frozenset()
    tail: Tokens = ()
    ends: bool = False


class LabelTrie:
    """The trie of an `AnswerTokens`; `nodes[0]` is the root, sequence number `others` is the answer without labels."""

    def __init__(self, answer: AnswerTokens) -> None:
        self.answer = answer
        self.others = len(answer.labels)
        self.nodes = [Node(0, 0)]
        for number, tokens in enumerate(answer.sequences):
            self._plant(number, tokens)

    def allowed(self, generated: Sequence[int]) -> list[int]:
        """List the tokens that may follow what was generated so far; after the end, its last token again and again."""
        places = [Place(self.nodes[0])]
        for token in generated:
            places = [after for place in places for step, after in self._steps(place) if step == token]
        return sorted({step for place in places for step, _ in self._steps(place)}) or [self.answer.end[-1]]

    def prefix_allowed_tokens_fn(self, prompt_length: int) -> Callable[[int, Sequence[int]], list[int]]:
        """Give `generate` its constraint; `prompt_length` is the padded width of the prompts."""

        def allowed(_row: int, tokens: Sequence[int]) -> list[int]:
            return self.allowed([int(token) for token in tokens[prompt_length:]])

        return allowed

    def _plant(self, number: int, tokens: Tokens) -> None:
        node = self.nodes[0]
        node.through.add(number)
        for token in tokens:
            if token not in node.children:
                node.children[token] = Node(len(self.nodes), node.depth + 1, token, node)
                self.nodes.append(node.children[token])
            node = node.children[token]
            node.through.add(number)
        node.complete = number

    def _steps(self, place: Place) -> Iterator[tuple[int, Place]]:
        """Yield every token that may come next, with where it leads."""
        if place.tail:
            yield place.tail[0], replace(place, tail=place.tail[1:])
        elif not place.ends:
            for token, child in place.node.children.items():
                if child.through - place.barred:
                    yield token, replace(place, node=child)
            for closing in self._closings(place):
                yield from self._steps(closing)

    def _closings(self, place: Place) -> Iterator[Place]:
        """Yield what may follow a complete label: the end, and the separator while labels are left to say."""
        complete = place.node.complete
        if complete is None or complete in place.barred:
            return
        yield Place(self.nodes[0], place.barred, self.answer.end, ends=True)
        barred = place.barred | {complete, self.others}
        if complete != self.others and len(barred) < len(self.answer.sequences):
            yield Place(self.nodes[0], barred, self.answer.separator)


@dataclass(frozen=True, slots=True, eq=False)
class Fork:
    """A node where an answer has a choice: the tokens to choose from, and which sequences go along which (bool [S, b]).

    `ends` is the choice to say no further label, which only the root can offer and only after the first label.
    """

    node: Node
    tokens: tuple[int, ...]
    flow: np.ndarray
    ends: int | None = None


def forks(trie: LabelTrie) -> list[Fork]:
    """List the nodes with a choice, parents first; everywhere else what comes next is certain."""
    found = [_fork(trie, node) for node in trie.nodes]
    return [fork for fork in found if len(fork.tokens) > 1]


def _fork(trie: LabelTrie, node: Node) -> Fork:
    separator, end = trie.answer.separator, trie.answer.end
    choices = {token: child.through for token, child in node.children.items()}
    if node.complete is not None:
        # A longer label may go on here; what closes this one are the separator, not after `others`, and the end.
        closing = (*separator[:1], end[0]) if node.complete != trie.others else end[:1]
        choices |= {token: {node.complete} for token in closing}
    ends = None
    if node is trie.nodes[0] and end[: len(separator)] == separator:
        token = end[len(separator)]
        choices.setdefault(token, set())
        ends = list(choices).index(token)
    flow = np.zeros((len(trie.answer.sequences), len(choices)), dtype=bool)
    for branch, sequences in enumerate(choices.values()):
        flow[list(sequences), branch] = True
    return Fork(node, tuple(choices), flow, ends)
