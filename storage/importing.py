"""The bulk writes of an import: many new rows at once. Knows no files and no similarity of texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage.bulk import insert_columns
from storage.heard import SPEAKERS, TRUTH, heard
from storage.known import among
from storage.search import index_texts
from storage.tables import Claim, Conflict, Item, Label, NearDuplicateKey, Standing, Truth, TruthLabel
from storage.tables.base import now
from storage.tables.ids import take_ids

UNSPOKEN = dict.fromkeys(SPEAKERS, False)


def ensure_labels(
    session: Session, labels: Mapping[str, tuple[str, str]], *, is_sample: bool = False
) -> dict[str, int]:
    """Create the labels {name: (description, group)} that do not exist; return the ids of all by name.

    A label of the sample that real data uses is real from then on.
    """
    known = {row.name: row for row in session.scalars(select(Label).where(among(session, Label.name, list(labels))))}
    for row in known.values():
        row.is_sample = row.is_sample and is_sample
    fresh = [
        Label(name=name, description=description, group=group, is_sample=is_sample)
        for name, (description, group) in labels.items()
        if name not in known
    ]
    session.add_all(fresh)
    session.flush()
    return {row.name: row.id for row in [*known.values(), *fresh]}


def add_items(session: Session, items: Mapping[str, Sequence[Any]], plain: Sequence[str], **same: object) -> list[int]:
    """Insert items, given by column, and the places where they are searched; return their ids in the same order.

    `plain` are the texts as they are searched. Clusters are left for `set_clusters`, because a new cluster is named
    after its first item.
    """
    if not plain:
        return []
    first = take_ids(session.connection(), Item.__tablename__, len(plain))
    ids = list(range(first, first + len(plain)))
    insert_columns(session, Item, {"id": ids, **items}, **same)
    index_texts(session, zip(ids, plain, strict=True))
    return ids


def set_clusters(session: Session, clusters: Mapping[int, int]) -> None:
    """Set the items' clusters {item id: cluster}."""
    table = Item.__table__
    rows = [{"item": item_id, "to": cluster} for item_id, cluster in clusters.items()]
    if rows:
        statement = update(table).where(table.c.id == bindparam("item")).values(cluster=bindparam("to"))
        session.connection().execute(statement, rows)


def add_keys(session: Session, pairs: Iterable[tuple[int, int]]) -> None:
    """Insert near-duplicate keys, as (key, item id)."""
    # In the order of the index, pages are touched once and not once for each key.
    insert_columns(session, NearDuplicateKey, _columns(("key", "item_id"), sorted(pairs)))


def add_standings(session: Session, item_ids: Sequence[int], standings: Mapping[str, Sequence[Any]]) -> None:
    """Insert the places of new items in the queue, given by column."""
    shuffle = [shuffle_key(item_id) for item_id in item_ids]
    insert_columns(session, Standing, {"item_id": item_ids, "shuffle": shuffle, **standings})


def add_truths(session: Session, truths: Mapping[int, Sequence[int]], person: str) -> None:
    """Insert truths of origin import, {item id: label ids}, for items that have none."""
    insert_columns(session, Truth, {"item_id": list(truths)}, origin="import", person=person, decided_at=now())
    insert_columns(session, TruthLabel, _claimed(truths))


def add_truth_claims(session: Session, truths: Mapping[int, Sequence[int]]) -> None:
    """Insert the claims of new items' truths, {item id: label ids}."""
    insert_columns(session, Claim, _claimed(truths), **UNSPOKEN, truth=True, heard=heard([TRUTH]))


def remove_truths(session: Session, item_ids: Sequence[int]) -> None:
    """Leave items without a truth."""
    session.execute(delete(TruthLabel).where(among(session, TruthLabel.item_id, item_ids)))
    session.execute(delete(Truth).where(among(session, Truth.item_id, item_ids)))


def mark_changed(session: Session, item_ids: Sequence[int], *, state: str) -> None:
    """Count the items' row versions up and set their state; what a person flagged stays flagged."""
    session.execute(update(Item).where(among(session, Item.id, item_ids)).values(row_version=Item.row_version + 1))
    places = update(Standing).where(among(session, Standing.item_id, item_ids), Standing.state != "flagged")
    session.execute(places.values(state=state))


def adopt(session: Session, items: Sequence[Mapping[str, Any]]) -> None:
    """Turn items of the sample into real ones: `id` names the item, the other values are those of the real row."""
    for values in items:
        session.execute(update(Item).where(Item.id == values["id"]).values({**values, "is_sample": False}))
        place = {"source": values["source"], "published_at": values["published_at"]}
        session.execute(update(Standing).where(Standing.item_id == values["id"]).values(place))


def add_conflicts(session: Session, import_id: int, conflicts: Sequence[tuple[int, Sequence[str], int]]) -> int:
    """Record conflicts, as (item id, labels, line), that are not recorded yet; return how many are new."""
    items = among(session, Conflict.item_id, [item_id for item_id, _, _ in conflicts])
    stored = session.execute(select(Conflict.item_id, Conflict.labels).where(items))
    known = {(item_id, tuple(sorted(labels))) for item_id, labels in stored}
    fresh: list[tuple[int, list[str], int]] = []
    for item_id, labels, line in conflicts:
        if (mark := (item_id, tuple(sorted(labels)))) not in known:
            known.add(mark)
            fresh.append((item_id, list(labels), line))
    insert_columns(session, Conflict, _columns(("item_id", "labels", "line"), fresh), import_id=import_id)
    return len(fresh)


def shuffle_key(item_id: int) -> int:
    """Return the item's place in the random order: a hash of its id (splitmix64), so that it never changes."""
    mask = (1 << 64) - 1
    mixed = (item_id + 0x9E3779B97F4A7C15) & mask
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
    return (mixed ^ (mixed >> 31)) >> 1


def _claimed(truths: Mapping[int, Sequence[int]]) -> dict[str, Sequence[int]]:
    return _columns(("item_id", "label_id"), [(i, label) for i, labels in truths.items() for label in labels])


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
