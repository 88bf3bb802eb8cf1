"""Decides, for new rows, which near-duplicates they belong to and in which split they lie (rule 1). Writes nothing.

A row joins the cluster of a stored item or of an earlier row that it resembles, and with it that cluster's split. The
clusters that are left are dealt out by iterative stratification; unlabelled ones wait in train to be labelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from classifier import duplicates, splits
from storage.known import Kin, list_kin
from workflow.dealing import Dealer
from workflow.readers import Row

MOST_COMPARED = 8
"""Texts with which a row is compared at most; boilerplate would otherwise be compared with everything."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A row whose text is new, with its hash and near-duplicate keys."""

    row: Row
    text_hash: str
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row goes: `kin` is the stored item that it resembles, `leader` the first row of its cluster here.

    Under its `keys` later rows will find it.
    """

    leader: int
    kin: Kin | None
    split: str
    keys: tuple[int, ...]


def place(session: Session, rows: Sequence[Fresh], forced: str, dealer: Dealer) -> list[Place]:
    """Return a place for each row; `forced` puts all of them into one split, whatever they resemble."""
    leaders, kin, keys = _cluster(session, rows)
    chosen = {index: forced or row.row.split for index, row in enumerate(rows) if forced or row.row.split}
    of_cluster = {leader: found.split for leader, found in kin.items()}
    for index, split in chosen.items():
        of_cluster.setdefault(leaders[index], split)
    of_cluster |= dealer.deal(_label_sets(rows, leaders, of_cluster))
    places = [
        Place(leader, kin.get(leader), chosen.get(index) or of_cluster.get(leader, splits.TRAIN), keys[index])
        for index, leader in enumerate(leaders)
    ]
    dealer.count([(row.row.labels, where.split) for row, where in zip(rows, places, strict=True)])
    return places


def _label_sets(rows: Sequence[Fresh], leaders: Sequence[int], settled: Mapping[int, str]) -> dict[int, frozenset[str]]:
    """Return the labels of each cluster that is not settled and holds a labelled row."""
    found: dict[int, frozenset[str]] = {}
    for leader, fresh in zip(leaders, rows, strict=True):
        if leader not in settled and fresh.row.labels is not None:
            found[leader] = found.get(leader, frozenset()) | frozenset(fresh.row.labels)
    return found


def _cluster(session: Session, rows: Sequence[Fresh]) -> tuple[list[int], dict[int, Kin], list[tuple[int, ...]]]:
    """Return each row's leader (itself where it resembles no earlier row), the leaders' stored kin, each row's keys.

    A key that enough items have is given to no more of them: nobody would be compared with those.
    """
    stored = list_kin(session, sorted({key for row in rows for key in row.keys}))
    holders: dict[int, list[int]] = {}
    leaders: list[int] = []
    kin: dict[int, Kin] = {}
    kept: list[tuple[int, ...]] = []
    for index, fresh in enumerate(rows):
        near = _similar_stored(fresh, stored)
        twin = None if near else _similar_row(fresh, rows, holders)
        leaders.append(index if twin is None else leaders[twin])
        if near:
            kin[index] = near
        wanted = [key for key in fresh.keys if len(stored.get(key, ())) + len(holders.get(key, ())) < MOST_COMPARED]
        for key in wanted:
            holders.setdefault(key, []).append(index)
        kept.append(tuple(wanted))
    return leaders, kin, kept


def _similar_stored(fresh: Fresh, stored: Mapping[int, list[Kin]]) -> Kin | None:
    candidates = {found.id: found for key in fresh.keys for found in stored.get(key, ())}
    for found in list(candidates.values())[:MOST_COMPARED]:
        if duplicates.similar(fresh.row.text, found.text):
            return found
    return None


def _similar_row(fresh: Fresh, rows: Sequence[Fresh], holders: Mapping[int, list[int]]) -> int | None:
    candidates = dict.fromkeys(index for key in fresh.keys for index in holders.get(key, ())[:MOST_COMPARED])
    for index in list(candidates)[:MOST_COMPARED]:
        if duplicates.similar(fresh.row.text, rows[index].row.text):
            return index
    return None
