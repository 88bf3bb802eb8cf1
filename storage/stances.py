"""How a classifier stands to a label: against people's labels, or against the other two classifiers.

One definition, in SQL, for the filter and for the maps that count its cells. An item of which a classifier has not
spoken counts neither for nor against it, and labels that are archived do not count at all.

    beyond_truth    it proposes the label, people's labels lack it
    short_of_truth  people's labels hold the label, it does not propose it
    alone           it proposes the label, neither of the other two does
    outvoted        both of the other two propose the label, it does not
    instead         it proposes `label` and the rival does not; the rival proposes `rival_label` and it does not
"""

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from storage.heard import SPEAKERS, TRUTH, has_heard
from storage.tables import Claim, Label, Standing

INSTEAD = "instead"
AGAINST = {"people": ("beyond_truth", "short_of_truth"), "classifiers": ("alone", "outvoted")}
"""By what a classifier is measured: the stances of too much and of too little."""
STANCES = (*AGAINST["people"], *AGAINST["classifiers"], INSTEAD)
Claims: TypeAlias = type[Claim] | AliasedClass[Claim]
"""The table of claims, or another name of it within one query."""


@dataclass(frozen=True, slots=True)
class Stance:
    """A classifier's stance; `label` "" is any label, but in `instead` the two "" say "nothing in its place"."""

    classifier: str
    stance: str
    label: str = ""
    rival: str = ""
    rival_label: str = ""

    def condition(self) -> ColumnElement[bool]:
        """Return what an item's standing must fulfil."""
        if self.stance != INSTEAD:
            return _claimed(shows(Claim, self.classifier, self.stance), self.label)
        return and_(
            has_heard(Standing.heard, self.classifier, self.rival),
            _says_alone(self.classifier, self.rival, self.label),
            _says_alone(self.rival, self.classifier, self.rival_label),
        )


def shows(claim: Claims, classifier: str, stance: str) -> ColumnElement[bool]:
    """Return the condition that a claim shows the classifier in a stance towards the claim's label."""
    said = getattr(claim, classifier)
    others = [name for name in SPEAKERS if name != classifier]
    said_by_others = [getattr(claim, name) for name in others]
    conditions: dict[str, tuple[ColumnElement[bool], ...]] = {
        "beyond_truth": (said, ~claim.truth, has_heard(claim.heard, TRUTH)),
        "short_of_truth": (~said, claim.truth, has_heard(claim.heard, classifier)),
        "alone": (said, *(~other for other in said_by_others), has_heard(claim.heard, *others)),
        "outvoted": (~said, *said_by_others, has_heard(claim.heard, classifier)),
    }
    return and_(*conditions[stance])


def only(claim: Claims, classifier: str, rival: str) -> ColumnElement[bool]:
    """Return the condition that a claim on a label in use is the one classifier's and not the other's."""
    return and_(getattr(claim, classifier), ~getattr(claim, rival), in_use(claim))


def in_use(claim: Claims) -> ColumnElement[bool]:
    """Return the condition that a claim's label is not archived."""
    # Said of the few that are archived: a list of all others would be looked up label by label for each item.
    return claim.label_id.not_in(select(Label.id).where(Label.archived_at.is_not(None)))


def _claimed(shown: ColumnElement[bool], label: str) -> ColumnElement[bool]:
    # The few claims on one label are read by an index, in place of all claims of each item.
    named = select(Claim.item_id).join(Label).where(Label.name == label) if label else select(Claim.item_id)
    return Standing.item_id.in_(named.where(shown, in_use(Claim)))


def _says_alone(classifier: str, rival: str, label: str) -> ColumnElement[bool]:
    claim = aliased(Claim)
    alone = select(claim.item_id).where(only(claim, classifier, rival))
    if label:
        return Standing.item_id.in_(alone.join(Label, Label.id == claim.label_id).where(Label.name == label))
    return ~exists(alone.where(claim.item_id == Standing.item_id))
