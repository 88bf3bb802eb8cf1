"""What a language model is asked, and which labels it is shown."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least, check_choice

SCOPES = ("shortlist", "all", "groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Which labels a question lists; the answer may be any label in any case.

    `scope` lists a shortlist, all labels, or first the groups of labels and then the labels of the `groups` likeliest
    ones, each group in a question of its own (a label's score is then that of its group times its own within it).
    `descriptions` writes behind each label what it means. A shortlist begins with the neighbours' labels; with
    `by_proposals` those that the other classifiers propose stand before them, with `by_descriptions` those whose
    description is most like the text stand behind them.
    """

    scope: str = "shortlist"
    descriptions: bool = False
    groups: int = 2
    by_proposals: bool = False
    by_descriptions: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "scope", SCOPES)
        check_at_least(self, 1, "groups")
