"""Decides, for new rows, which near-duplicates they belong to and in which split they lie (rule 1). Writes nothing.

A row joins the cluster of a stored item or of an earlier row that it resembles, and with it that cluster's split. The
clusters that are left are dealt out by iterative stratification; unlabelled ones wait in train to be labelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from classifier import duplicates, splits
from storage.known import Kin, list_holders, list_kin
from workflow.dealing import Dealer
from workflow.kin_shingles import KinShingles
from workflow.readers import Row

MOST_COMPARED = 8
"""Texts with which a row is compared at most; boilerplate would otherwise be compared with everything."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A row whose text is new, that text with its width unified, its hash and its sketch."""

    row: Row
    plain: str
    text_hash: str
    sketch: duplicates.Sketch


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row goes: `kin` is the stored item that it resembles, `leader` the first row of its cluster here.

    Under its `keys` later rows will find it.
    """

    leader: int
    kin: Kin | None
    split: str
    keys: tuple[int, ...]


def place(session: Session, rows: Sequence[Fresh], forced: str, dealer: Dealer, shingles: KinShingles) -> list[Place]:
    """Return a place for each row; `forced` puts all of them into one split, whatever they resemble."""
    leaders, kin, keys = _cluster(session, [row.sketch for row in rows], shingles)
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


def _cluster(
    session: Session, rows: Sequence[duplicates.Sketch], shingles: KinShingles
) -> tuple[list[int], dict[int, Kin], list[tuple[int, ...]]]:
    """Return each row's leader (itself where it resembles no earlier row), the leaders' stored kin, each row's keys.

    A key that enough items have is given to no more of them: nobody would be compared with those.
    """
    stored = list_holders(session, sorted({key for row in rows for key in row.keys}))
    similar = _similar_stored(session, rows, stored, shingles)
    holders: dict[int, list[int]] = {}
    leaders: list[int] = []
    kept: list[tuple[int, ...]] = []
    for index, row in enumerate(rows):
        twin = None if index in similar else _similar_row(row, rows, holders)
        leaders.append(index if twin is None else leaders[twin])
        wanted = [key for key in row.keys if len(stored.get(key, ())) + len(holders.get(key, ())) < MOST_COMPARED]
        for key in wanted:
            holders.setdefault(key, []).append(index)
        kept.append(tuple(wanted))
    return leaders, similar, kept


def _similar_stored(
    session: Session, rows: Sequence[duplicates.Sketch], stored: Mapping[int, list[int]], shingles: KinShingles
) -> dict[int, Kin]:
    """Return the stored item that each row resembles, for those that resemble one."""
    compared = [_first_of(row, stored) for row in rows]
    wanted = sorted({item_id for ids in compared for item_id in ids})
    kin, known = list_kin(session, wanted), shingles.of(session, wanted)
    found: dict[int, Kin] = {}
    for index, (row, ids) in enumerate(zip(rows, compared, strict=True)):
        near = next((item_id for item_id in ids if duplicates.resemble(row.shingles, known[item_id])), None)
        if near is not None:
            found[index] = kin[near]
    return found


def _similar_row(
    row: duplicates.Sketch, rows: Sequence[duplicates.Sketch], holders: Mapping[int, list[int]]
) -> int | None:
    near = _first_of(row, holders)
    return next((index for index in near if duplicates.resemble(row.shingles, rows[index].shingles)), None)


def _first_of(row: duplicates.Sketch, holders: Mapping[int, list[int]]) -> list[int]:
    """Return those with which a row is compared: the first that share one of its keys."""
    met = dict[int, None]()
    for key in row.keys:
        if key in holders:
            met |= dict.fromkeys(holders[key][:MOST_COMPARED])
        if len(met) >= MOST_COMPARED:
            break
    return list(met)[:MOST_COMPARED]
