"""Queries on the items' vectors. Knows bytes; what they mean is the retriever's business."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, delete, exists, insert, select
from sqlalchemy.orm import Session

from storage.tables import Embedding, Item, Standing, Truth, Version


def list_vectors(session: Session, version_id: int, item_ids: Sequence[int]) -> dict[int, bytes]:
    """Return {item id: vector} of those of the items that have one by this version."""
    return dict(session.execute(_vectors(), {"version": version_id, "ids": item_ids}).all())


@cache
def _vectors() -> Select[tuple[int, bytes]]:
    # Built once: to build a statement takes longer than to run it.
    statement = select(Embedding.item_id, Embedding.vector).where(Embedding.version_id == bindparam("version"))
    return statement.where(Embedding.item_id.in_(bindparam("ids", expanding=True)))


def iterate_train_vectors(session: Session, version_id: int, size: int) -> Iterator[Sequence[tuple[int, bytes]]]:
    """Yield the vectors of the labelled items of the train split in blocks, so that few are in memory twice."""
    statement = (
        select(Embedding.item_id, Embedding.vector)
        .join(Truth, Truth.item_id == Embedding.item_id)
        .join(Item, Item.id == Embedding.item_id)
        .where(Embedding.version_id == version_id, Item.split == "train")
        .execution_options(yield_per=size)
    )
    for block in session.execute(statement).partitions(size):
        yield [tuple(row) for row in block]


def list_without_vector(session: Session, version_id: int) -> list[int]:
    """Return the items without a vector by this version: labelled ones first, since they serve as neighbours."""
    has_vector = exists().where(Embedding.item_id == Item.id, Embedding.version_id == version_id)
    statement = (
        select(Item.id)
        .outerjoin(Standing, Standing.item_id == Item.id)
        .where(~has_vector)
        .order_by((Standing.state == "open"), Standing.instructive.desc(), Item.id)
    )
    return list(session.scalars(statement))


def write_vectors(session: Session, version_id: int, vectors: Mapping[int, bytes]) -> None:
    """Store vectors of items that have none by this version yet; items removed meanwhile are left out."""
    if not vectors or session.get(Version, version_id) is None:
        return
    kept = set(session.scalars(select(Item.id).where(Item.id.in_(list(vectors)))))
    kept -= list_vectors(session, version_id, list(vectors)).keys()
    rows = [{"item_id": item_id, "version_id": version_id, "vector": vectors[item_id]} for item_id in sorted(kept)]
    if rows:
        session.execute(insert(Embedding), rows)


def prune(session: Session, version_id: int, limit: int) -> int:
    """Delete up to `limit` vectors of a version; return how many were there."""
    some = select(Embedding.item_id).where(Embedding.version_id == version_id).limit(limit)
    statement = delete(Embedding).where(Embedding.version_id == version_id, Embedding.item_id.in_(some))
    return session.execute(statement).rowcount
