"""Reads a queue filter from what a page, a query string or an API caller sends, and says what can be chosen."""

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from reprlib import repr as brief
from typing import Any

from workflow.errors import BadInput
from workflow.views import CLASSIFIERS, QueueFilter

ORDERS = ("instructive", "uncertain", "rare", "newest", "random")
STATES = ("open", "labelled", "skipped", "flagged", "")
KINDS = ("bert_alone", "llm_head_alone", "prompt_alone", "all_differ", "models_vs_human", "agree")
BANDS = ("head", "middle", "tail")
STANCES = ("beyond_truth", "short_of_truth", "alone", "outvoted", "instead")
CHOICES = {
    "order": ORDERS,
    "state": STATES,
    "kind": (*KINDS, ""),
    "band": (*BANDS, ""),
    "classifier": (*CLASSIFIERS, ""),
    "stance": (*STANCES, ""),
    "rival": (*CLASSIFIERS, ""),
}
Chosen = str | dict[str, Any] | None
"""A filter as it arrives: an order's name, or an object with some of the filter's fields."""

STANCE_FIELDS = ("classifier", "stance", "label", "rival", "rival_label")
IDS = re.compile(r"[0-9]{1,18}(,[0-9]{1,18}){0,999}")
NAMES = tuple(field.name for field in fields(QueueFilter))


def filter_from(chosen: Chosen) -> QueueFilter:
    """Return the filter for an order's name or for an object with some of the filter's fields."""
    if isinstance(chosen, str):
        chosen = {"order": chosen} if chosen else {}
    if not isinstance(chosen or {}, dict):
        raise BadInput("A filter is the name of an order or an object with the filter's fields.")
    values = {name: value for name, value in (chosen or {}).items() if value is not None}
    for name, value in values.items():
        _check(name, value)
    _check_stance(**{name: values.get(name, "") for name in STANCE_FIELDS})
    return QueueFilter(**values | _period(values))


def _check(name: str, value: object) -> None:
    if name not in NAMES:
        raise BadInput(f"A filter has no field {brief(name)}; it has {', '.join(NAMES)}.")
    if not isinstance(value, str):
        raise BadInput(f"The filter's {name} is a text, not {brief(value)}.")
    if name == "ids" and value and not IDS.fullmatch(value):
        raise BadInput("The filter's ids are at most 1,000 whole numbers with commas between them.")
    if name in CHOICES and value not in CHOICES[name]:
        raise BadInput(f"The filter's {name} is one of {', '.join(filter(None, CHOICES[name]))}, not {brief(value)}.")


def _check_stance(classifier: str, stance: str, label: str, rival: str, rival_label: str) -> None:
    """Refuse halves of a stance: alone they would say nothing, and the filter would be wider than asked for."""
    if bool(classifier) != bool(stance):
        raise BadInput("The filter's classifier and stance belong together; name both or neither.")
    if (rival or rival_label) and stance != "instead":
        raise BadInput("The filter's rival and rival_label belong to the stance 'instead'.")
    if stance == "instead" and (not rival or rival == classifier or not (label or rival_label)):
        raise BadInput("The stance 'instead' needs another classifier as rival, and a label or a rival_label.")


def _period(values: dict[str, str]) -> dict[str, datetime | None]:
    since, until = _moment("since", values.get("since", "")), _moment("until", values.get("until", ""))
    if until and len(values["until"]) == len("2026-01-31"):
        # A person who names a last day means that day too.
        until += timedelta(days=1)
    return {"since": since, "until": until}


def _moment(name: str, text: str) -> datetime | None:
    return moment_from(text, f"The filter's {name}") if text else None


def moment_from(text: str, what: str = "The moment") -> datetime:
    """Return the moment that an ISO 8601 text names, UTC where it does not say; refuse what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{what} is a date such as 2026-01-31, not {brief(text)}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
