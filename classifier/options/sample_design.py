"""How a question and its answer are put into words."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least, check_choice

PLACES = ("first", "last")
LEARNED = ("answer", "all")
FORMATS = ("lines", "sentence", "json")
LABELS_AS = ("text", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDesign:
    """The choices of sample design for instruction tuning, each of which a classifier that is only asked has as well.

    `instruction` stands before the examples and the text, or between the text and the answer. Trained on is
    (`loss_on`) the answer, or the question too. The answer has one label a line, is a sentence or a JSON list
    (`answer`), names labels or their numbers (`labels_as`), and where no label fits says so by a `placeholder` or says
    nothing. With `reasoning`, the model first writes at most `reasoning_tokens` tokens of reasons, as it likes
    (chain of thought, Wei et al. 2022); the trie then scores answers that follow these reasons.
    """

    instruction: str = "first"
    loss_on: str = "answer"
    answer: str = "lines"
    placeholder: bool = True
    labels_as: str = "text"
    reasoning: bool = False
    reasoning_tokens: int = 96

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "instruction", PLACES)
        check_choice(self, "loss_on", LEARNED)
        check_choice(self, "answer", FORMATS)
        check_choice(self, "labels_as", LABELS_AS)
        check_at_least(self, 1, "reasoning_tokens")
