"""Reads what the live versions and the truth say of items, and writes the claims and standings that follow."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from storage.tables import Claim, Prediction, Standing, Version, VersionStatus


def list_live_predictions(session: Session, item_ids: Sequence[int]) -> dict[tuple[int, str], Prediction]:
    """Return the live versions' predictions of items, by (item id, classifier)."""
    rows = session.execute(
        select(Version.classifier, Prediction)
        .join(Version, Version.id == Prediction.version_id)
        .where(Version.status == VersionStatus.LIVE, Prediction.item_id.in_(item_ids))
    )
    return {(prediction.item_id, classifier): prediction for classifier, prediction in rows}


def replace_claims(session: Session, item_ids: Sequence[int], claims: Iterable[dict[str, Any]]) -> None:
    """Put the claims, as column values, in the place of the items' present ones."""
    session.execute(delete(Claim).where(Claim.item_id.in_(item_ids)))
    if rows := list(claims):
        session.execute(insert(Claim), rows)


def update_standings(session: Session, standings: Sequence[dict[str, Any]]) -> None:
    """Write kinds, bands and keys of orders; each value set names its `item`."""
    if not standings:
        return
    columns = {name: bindparam(name) for name in standings[0] if name != "item"}
    table = Standing.__table__
    session.connection().execute(
        update(table).where(table.c.item_id == bindparam("item")).values(columns), list(standings)
    )


def list_item_ids(session: Session) -> Sequence[int]:
    """Return the ids of all items, those that wait in the queue first."""
    return session.scalars(
        select(Standing.item_id).order_by(Standing.state != "open", Standing.instructive.desc(), Standing.item_id)
    ).all()
