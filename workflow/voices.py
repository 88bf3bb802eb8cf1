"""Puts into words and views what is said of stored items: names in place of ids, versions, kinds of disagreement.

One assembly for the triage page, the disagreement table and the CSV, so that all three say the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from classifier import disagreement
from classifier.examples import CLASSIFIERS
from classifier.rarity import HEAD, band
from storage import labels, truths, versions
from storage.standings import Spoken
from storage.tables import Version
from storage.truths import KnownTruth
from workflow.standings import Voices
from workflow.views import ClassifierView, CutView, DisagreementView, TruthView


@dataclass(frozen=True)
class Context:
    """What the words need besides the item: label names, training counts and the live versions, read once a request.

    Counts end at `HEAD`: what is said of a label depends on its band, and if it is rare on its exact number.
    """

    names: Mapping[int, str]
    counts: Mapping[int, int]
    live: Mapping[str, Version]
    version: Callable[[int], Version]
    """Finds one that is not live; those whose place a new version took speak on until it comes to an item."""

    @classmethod
    def read(
        cls, session: Session, spoken: Iterable[Voices] | None = None, live: Mapping[str, Version] | None = None
    ) -> "Context":
        """Read the context from the database; with `spoken`, count only the labels that those speak of."""
        wanted = None if spoken is None else frozenset[int]().union(*(voices.labels for voices in spoken))
        return cls(
            names=labels.list_names(session),
            counts=truths.count_to_train(session, HEAD, wanted),
            live=versions.list_live(session) if live is None else live,
            version=lambda version_id: session.get_one(Version, version_id),
        )

    def named(self, values: Mapping[int, float]) -> dict[str, float]:
        """Return values by the names of labels in use; those of archived ones are left out."""
        return {self.names[label_id]: value for label_id, value in values.items() if label_id in self.names}

    def name_all(self, label_ids: Sequence[int] | frozenset[int]) -> tuple[str, ...]:
        """Return the names of labels in use; archived ones are left out."""
        return tuple(sorted(self.names[label_id] for label_id in label_ids if label_id in self.names))


def classifier_views(context: Context, voices: Voices) -> dict[str, ClassifierView | None]:
    """Return what each classifier's live version says, or the one before it; None where neither has spoken."""
    return {
        name: _classifier_view(context, context.live[name], said)
        if name in context.live and (said := voices.predictions[name])
        else None
        for name in CLASSIFIERS
    }


def _classifier_view(context: Context, live: Version, said: Spoken) -> ClassifierView:
    outdated = said.version_id != live.id
    version = context.version(said.version_id) if outdated else live
    return ClassifierView(
        version=version.number,
        labels=context.name_all(said.proposed),
        scores=context.named(said.scores),
        thresholds=context.named(versions.list_thresholds(version, said.scores)),
        micro_f1=version.metrics.get("micro_f1"),
        examples=tuple(said.examples),
        model=str(version.recipe.get("model") or version.recipe.get("checkpoint", "")),
        cut=CutView(said.tokens_read, said.tokens) if said.tokens and said.tokens_read < said.tokens else None,
        outdated=outdated,
    )


def truth_view(context: Context, known: KnownTruth | None) -> TruthView | None:
    """Return an item's truth with names."""
    if known is None:
        return None
    return TruthView(context.name_all(list(known.labels)), known.origin, known.person, known.decided_at)


def disagreement_view(context: Context, voices: Voices, score: float) -> DisagreementView | None:
    """Return kind, band and reason; None when no classifier has spoken."""
    if not any(voices.predictions.values()):
        return None
    kind = disagreement.kind(voices.proposals, voices.truth)
    disputed = disagreement.labels_in_dispute(voices.proposals, voices.truth)
    rarity = disagreement.band_of(voices.proposals, voices.truth, context.counts)
    return DisagreementView(kind, rarity, score, why(context, voices, kind), context.name_all(disputed))


SPEAKERS = {"bert": "BERT", "llm_head": "the LLM head", "prompt": "the prompted LLM"}


def why(context: Context, voices: Voices, kind: str) -> str:
    """Say in one English sentence why the item is worth a look."""
    proposals = {name: labels for name, labels in voices.proposals.items() if labels is not None}
    if kind == "agree":
        who = "All classifiers" if len(proposals) == len(CLASSIFIERS) else "All that have spoken so far"
        return f"{who} say {_listed(context, next(iter(proposals.values())))}."
    if kind.endswith("_alone"):
        lone = kind.removesuffix("_alone")
        rest = next(labels for name, labels in proposals.items() if name != lone)
        return (
            f"{_capital(SPEAKERS[lone])} alone says {_listed(context, proposals[lone])}; "
            f"the others say {_listed(context, rest)}."
        )
    said = "; ".join(f"{SPEAKERS[name]} says {_listed(context, labels)}" for name, labels in proposals.items())
    if kind == "models_vs_human":
        said = f"the labels here are {_listed(context, voices.truth or frozenset())}, but {said}"
    return _capital(said) + "."


def _listed(context: Context, label_ids: frozenset[int]) -> str:
    named = [
        context.names[label_id] + _rarity(context.counts.get(label_id, 0))
        for label_id in sorted(label_ids)
        if label_id in context.names
    ]
    return ", ".join(named) or "no label"


def _rarity(count: int) -> str:
    if band(count) != "tail":
        return ""
    return " (rare: 1 example)" if count == 1 else f" (rare: {count or 'no'} examples)"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
