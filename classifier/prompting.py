"""A whole prompt in words: instruction, label list, examples, text. Knows no model and no tokenizer.

A text from outside is data: `quotable` puts it on one line without the marks that it stands between, so that a text
which holds "标签：", a newline or a chat model's control token stays a text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from classifier.examples import Example, Label
from classifier.options.asking import Asking
from classifier.options.sample_design import SampleDesign
from classifier.prompt_answers import NUMBER_OF_NONE, Answer, AnswerForm, others_word
from classifier.prompt_examples import Chooser, nearest_first
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_wording import ANSWER_WORDS, CLOSE, OPEN, Wording, how_to_answer

RANK = 10
"""The nearest neighbour votes with 1/10, the next with 1/11 …: ranks mean the same whatever the retriever."""

Clip = Callable[[str], str]
RankLabels = Callable[[str], Sequence[str]]

_LOOKALIKES = str.maketrans({OPEN: "『", CLOSE: "』"})


def quotable(text: str, reserved: Sequence[str] = ()) -> str:
    """Put a text on one line without quotation marks of ours, with `reserved` (control tokens) made harmless."""
    # Half a surrogate pair is no character: no tokenizer and no server would take it.
    line = " ".join(text.encode("utf-8", "replace").decode().split()).translate(_LOOKALIKES)
    for token in reserved:
        # A space after the first character leaves the text readable and the token none.
        line = line.replace(token, f"{token[0]} {token[1:]}") if len(token) > 1 else line
    return line


def shortlist(
    labels: Sequence[str],
    neighbours: Sequence[Example],
    size: int,
    proposals: Sequence[str] = (),
    alike: Sequence[str] = (),
) -> list[str]:
    """Keep `size` labels: proposals first, then those of the neighbours by their votes, then `alike`, then the others.

    `alike` are labels by falling likeness of their description to the text.
    """
    votes = dict.fromkeys(labels, 0.0)
    for rank, neighbour in enumerate(nearest_first(neighbours)):
        for label in neighbour.labels:
            if label in votes:
                votes[label] += 1 / (RANK + rank)
    behind = {label: place for place, label in enumerate(alike)}
    # `sorted` is stable: labels without a vote keep their order.
    kept = sorted(votes, key=lambda label: (label not in proposals, -votes[label], behind.get(label, len(votes))))
    return kept[:size]


@dataclass(frozen=True)
class PromptForm:
    """How one classifier writes its prompts: the words, all labels in order, and how much of each text goes in.

    `clip_text` and `clip_example` shorten a text; they are given by whoever knows the tokenizer. `choose` picks and
    orders the examples that are shown; `rank_labels`, where given, lists labels by the likeness of their description.
    """

    labels: tuple[str, ...]
    wording: Wording
    shortlist: int
    neighbours: int
    reserved: tuple[str, ...] = ()
    clip_text: Clip = str
    clip_example: Clip = str
    asking: Asking = field(default_factory=Asking)
    design: SampleDesign = field(default_factory=SampleDesign)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    choose: Chooser = field(default_factory=Chooser)
    rank_labels: RankLabels | None = None

    def __post_init__(self) -> None:
        """Refuse labels that an answer could not tell apart."""
        _ = self.answers

    @classmethod
    def of(cls, recipe: PromptRecipe, labels: Sequence[Label], wording: Wording) -> "PromptForm":
        """Return the form of a recipe, as yet without what only a tokenizer can tell."""
        return cls(
            tuple(label.name for label in labels),
            wording,
            recipe.shortlist,
            recipe.neighbours,
            asking=recipe.asking,
            design=recipe.design,
            descriptions={label.name: label.description for label in labels},
            choose=Chooser(recipe.retrieval),
        )

    @cached_property
    def answers(self) -> AnswerForm:
        """The form of an answer."""
        return AnswerForm.of(self.labels, self.wording.language, self.design)

    @cached_property
    def opening(self) -> str:
        """Everything before the label list."""
        how = how_to_answer(self.wording.language, self.design, self.answers.others if self.design.placeholder else "")
        return f"{self.wording.instruction.replace('{how}', how)}\n\n{self.wording.labels}\n"

    @property
    def before_answer(self) -> str:
        """The last line of a question, after which the model goes on."""
        words = ANSWER_WORDS[self.wording.language]
        return f"{words.reasons if self.design.reasoning else self.wording.answer}\n"

    def with_labels(self, labels: Sequence[Label]) -> "PromptForm":
        """Return the same form for other labels."""
        names = tuple(label.name for label in labels)
        return replace(self, labels=names, descriptions={label.name: label.description for label in labels})

    def write(
        self,
        text: str,
        neighbours: Sequence[Example] = (),
        most: int | None = None,
        proposals: Sequence[str] = (),
    ) -> str:
        """Write the whole prompt with at most so many examples, up to the line on which the answer begins."""
        listed = self.opening + self.write_labels(self.listed(text, neighbours, proposals))
        examples = "".join(map(self.write_example, self.shown(neighbours, most, text)))
        question = f"{self.wording.before_text}{self.clip_text(quotable(text, self.reserved))}{CLOSE}\n"
        if self.design.instruction == "first":
            return f"{listed}{examples}{question}{self.before_answer}"
        return f"{examples}{question}\n{listed}{self.before_answer}"

    def listed(self, text: str, neighbours: Sequence[Example] = (), proposals: Sequence[str] = ()) -> list[str]:
        """Return the labels that a question lists."""
        if self.asking.scope != "shortlist":
            return list(self.labels)
        alike = self.rank_labels(text) if self.rank_labels else ()
        return shortlist(self.labels, neighbours, self.shortlist, proposals, alike)

    def shown(self, neighbours: Sequence[Example], most: int | None = None, text: str = "") -> list[Example]:
        """Pick the neighbours to show, in the order of the prompt."""
        return self.choose(text, neighbours, self.neighbours if most is None else most)

    def write_labels(self, labels: Sequence[str]) -> str:
        """Write a label list, one a line, with numbers and descriptions where wanted; an empty line ends it."""
        lines = [self._label_line(label) for label in labels]
        if self.design.placeholder:
            number = f"{NUMBER_OF_NONE}. " if self.design.labels_as == "number" else ""
            lines.append(number + others_word(self.labels))
        return "".join(f"{line}\n" for line in lines) + "\n"

    def _label_line(self, label: str) -> str:
        number = f"{self.labels.index(label) + 1}. " if self.design.labels_as == "number" else ""
        about = self.descriptions.get(label, "") if self.asking.descriptions else ""
        if about:
            about = ANSWER_WORDS[self.wording.language].about + self.clip_example(quotable(about, self.reserved))
        return f"{number}{label}{about}"

    def write_example(self, example: Example) -> str:
        """Write one labelled example with its answer."""
        text = self.clip_example(quotable(example.text, self.reserved))
        known = [label for label in example.labels if label in self.labels]
        return f"{self.wording.before_text}{text}{self.wording.before_answer}{self.write_answer(known)}"

    def write_answer(self, labels: Sequence[str]) -> str:
        """Write an answer and the empty line that ends it."""
        return self.answers.write(labels)

    def read(self, answer: str) -> Answer:
        """Read an answer strictly; of reasons and an answer, the answer."""
        if self.design.reasoning:
            _, heading, answer = answer.rpartition(f"{self.wording.answer}\n")
            if not heading:
                return Answer((), (answer.strip(),))
        return self.answers.read(answer)

    def find(self, answer: str, label: str) -> tuple[int, int]:
        """Return from where to where an answer names a label; (0, 0) if it does not."""
        begin = answer.rfind(f"{self.wording.answer}\n") if self.design.reasoning else 0
        return self.answers.find(answer, label, max(begin, 0))
