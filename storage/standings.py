"""Reads what the live versions and the truth say of items, and writes the claims and standings that follow."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Delete, Insert, Select, Update, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.plainly import run
from storage.tables import Claim, Prediction, Standing, Version, VersionStatus


class Spoken(NamedTuple):
    """What a version said of an item: {label id: score}, label ids proposed, item ids in the prompt.

    Of the text's `tokens` so many were read; None: nobody has counted them yet.
    """

    version_id: int
    scores: Mapping[int, float]
    proposed: Sequence[int]
    examples: Sequence[int] = ()
    tokens_read: int | None = None
    tokens: int | None = None


def list_spoken(session: Session, item_ids: Sequence[int]) -> dict[tuple[int, str], Spoken]:
    """Return what was said of items by (item id, classifier): by the live version, else by the one before it."""
    return {
        (item_id, classifier): Spoken(version_id, {int(label): score for label, score in scores.items()}, *rest)
        for item_id, classifier, version_id, scores, *rest in run(session, _current(), {"ids": item_ids})
    }


@cache
def _current() -> Select[Any]:
    # Built once: to build a statement takes longer than to run it. No entities, of which an export makes very many.
    said = (Prediction.scores, Prediction.proposed, Prediction.examples, Prediction.tokens_read, Prediction.tokens)
    return (
        select(Prediction.item_id, Version.classifier, Version.id, *said)
        .join(Version, Version.id == Prediction.version_id)
        .where(
            or_(Version.status == VersionStatus.LIVE, Version.promoted_at.is_not(None)),
            Prediction.item_id.in_(bindparam("ids", expanding=True)),
        )
        # What comes later takes the place of what came before.
        .order_by(Version.status == VersionStatus.LIVE, Version.promoted_at, Version.id)
    )


def replace_claims(session: Session, item_ids: Sequence[int], claims: Iterable[dict[str, Any]]) -> None:
    """Put the claims, as column values, in the place of the items' present ones."""
    removal, addition = _replacement()
    run(session, removal, {"ids": item_ids})
    if rows := list(claims):
        run(session, addition, rows)


@cache
def _replacement() -> tuple[Delete, Insert]:
    table = Claim.__table__
    return delete(table).where(table.c.item_id.in_(bindparam("ids", expanding=True))), insert(table)


def update_standings(session: Session, standings: Sequence[dict[str, Any]]) -> None:
    """Write kinds, bands and keys of orders; each value set names its `item`."""
    if standings:
        run(session, _update(frozenset(standings[0]) - {"item"}), standings)


@cache
def _update(columns: frozenset[str]) -> Update:
    table = Standing.__table__
    return update(table).where(table.c.item_id == bindparam("item")).values({name: bindparam(name) for name in columns})


def list_item_ids(session: Session) -> Sequence[int]:
    """Return the ids of all items, those that wait in the queue first."""
    return session.scalars(
        select(Standing.item_id).order_by(Standing.state != "open", Standing.instructive.desc(), Standing.item_id)
    ).all()
