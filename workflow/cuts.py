"""Says where a classifier read only a part of an item's text, so that no cut is silent. Changes nothing."""

from collections.abc import Mapping
from dataclasses import replace

from storage.tables import Version
from workflow.errors import Unavailable
from workflow.live_models import LiveModels
from workflow.views import CutView, ItemResult

FRAME = 64
"""More tokens than any template puts around a text."""


def tell_cuts(models: LiveModels, live: Mapping[str, Version], result: ItemResult) -> ItemResult:
    """Return an item result that says of each classifier that spoke how much of a long text it reads."""
    text = result.item.text
    cuts = {
        name: cut
        for name, view in result.classifiers.items()
        if view
        and not view.outdated
        and not _is_short(text, live[name].recipe)
        and (cut := _cut(models, live[name], text))
    }
    said = {
        name: replace(view, cut=cuts[name]) if view and name in cuts else view
        for name, view in result.classifiers.items()
    }
    return replace(result, classifiers=said) if cuts else result


def _is_short(text: str, recipe: Mapping[str, object]) -> bool:
    """No token is shorter than a byte: most texts need no tokenizer to say that they are read whole."""
    limit = recipe.get("max_length") or recipe.get("text_tokens")
    # A recipe that speaks of no length cuts nothing.
    return not isinstance(limit, int) or len(text.encode()) + FRAME <= limit


def _cut(models: LiveModels, version: Version, text: str) -> CutView | None:
    try:
        live = models.version(version)
    except Unavailable:
        return None
    (tokens,) = live.model.tokens_read([text])
    return CutView(tokens.read, tokens.total) if tokens.read < tokens.total else None
