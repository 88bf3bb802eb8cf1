"""Who asks for something, and what their role covers: analysts label, leads change the rest. Knows no account."""

from dataclasses import dataclass

from workflow.errors import NotAllowed

ANALYST, LEAD = "analyst", "lead"
ROLES = (ANALYST, LEAD)
ANYBODY = "analyst"
"""The name of whoever annotates where no accounts exist."""


@dataclass(frozen=True)
class Actor:
    """A person, or a program with a token, who asks for something."""

    name: str
    role: str


OPERATOR = Actor(ANYBODY, LEAD)
"""Whoever works at the machine itself: on its command line, or on the page of an app without accounts."""


def require_lead(by: Actor) -> None:
    """Raise `NotAllowed` unless the actor is a lead."""
    if by.role != LEAD:
        raise NotAllowed(f"Only a lead may do this; {by.name} is not one.")
