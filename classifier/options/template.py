"""The words of a prompt, where they are not the usual ones."""

from dataclasses import dataclass, fields

MOST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What a person wrote in place of the usual words; what is empty stays as it is in the language of the texts.

    `{how}` in the instruction stands for how to answer, which follows from the design; without it the instruction has
    to say so itself. `labels`, `text` and `answer` are the headings before the label list, each text and each answer.
    """

    instruction: str = ""
    labels: str = ""
    text: str = ""
    answer: str = ""

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        for field in fields(self):
            value = getattr(self, field.name)
            if len(value) > MOST_CHARACTERS:
                raise ValueError(f"{field.name}: has {len(value)} characters; {MOST_CHARACTERS} are possible.")
            if field.name != "instruction" and len(value.splitlines()) > 1:
                raise ValueError(f"{field.name}: must be one line.")
