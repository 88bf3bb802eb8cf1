"""A classifier that fills gaps: the text in a template, and for each label the words that fit its gap."""

from dataclasses import dataclass, field

from classifier.options.checks import check_at_least, check_positive, check_share

TEXT, MASK, TRIGGER = "{text}", "{mask}", "{trigger}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloze:
    """Pattern-exploiting training (PET, Schick and Schütze 2021); off where `template` is empty.

    The template holds `{text}` once, `{mask}` once (as many masks as the longest label has tokens, at most
    `most_masks`) and, with `triggers`, `{trigger}` once: so many tokens that a search led by gradients finds
    (AutoPrompt, Shin et al. 2020), in `rounds` of so many `candidates`, within `search_share` of the time. `words` says
    what stands in the gap for a label; without, its own name does. With `student` the cloze only labels up to `pool`
    unlabelled texts, and an ordinary classifier learns from them and the labelled ones; there may then be `patterns`,
    further templates: each template trains a cloze of its own, in an equal part of the time, and the mean of what all
    say labels the texts. The starter, which has no masked language model to begin with, spends `reading_share` of its
    time on learning one.
    """

    template: str = ""
    words: dict[str, str] = field(default_factory=dict)
    most_masks: int = 12
    triggers: int = 0
    rounds: int = 32
    candidates: int = 12
    search_share: float = 0.3
    student: bool = False
    patterns: list[str] = field(default_factory=list)
    pool: int = 10_000
    reading_share: float = 0.3

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_positive(self, "most_masks", "rounds", "candidates", "pool")
        check_at_least(self, 0, "triggers")
        check_share(self, "search_share", "reading_share")
        if self.search_share + self.reading_share >= 1:
            raise ValueError("search_share, reading_share: together must leave some of the time to train in.")
        if self.patterns and not (self.template and self.student):
            raise ValueError("patterns: stand beside a template and teach a student; name the one and set the other.")
        for template in self.templates if self.template else ():
            self._check(template)

    @property
    def templates(self) -> list[str]:
        """All templates, the first first."""
        return [self.template, *self.patterns]

    def _check(self, template: str) -> None:
        needed = [TEXT, MASK, *([TRIGGER] if self.triggers else [])]
        if missing := [mark for mark in needed if template.count(mark) != 1]:
            raise ValueError(f"template: must hold {missing[0]} exactly once, not {template!r}.")
        if not self.triggers and TRIGGER in template:
            raise ValueError("template: holds {trigger}, but triggers is 0.")
