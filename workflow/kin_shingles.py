"""Remembers the shingles of stored items with which new texts are compared, in bounded memory. Knows no clusters.

An item's text never changes and its id is never given again, so what is remembered stays true whoever else writes.
"""

from array import array
from collections.abc import Sequence

from sqlalchemy.orm import Session

from classifier import duplicates
from storage.known import list_texts

MOST_SHINGLES = 3_000_000
"""Shingles that are remembered, at eight bytes each."""


class KinShingles:
    """The shingles of the items that were met last."""

    def __init__(self) -> None:
        self._known: dict[int, array[int]] = {}
        self._size = 0

    def of(self, session: Session, item_ids: Sequence[int]) -> "dict[int, array[int]]":
        """Return the shingles of items by id; the texts of those that are not remembered are read."""
        texts = list_texts(session, [item_id for item_id in item_ids if item_id not in self._known])
        read = zip(texts, duplicates.list_shingles(list(texts.values())), strict=True)
        found = {item_id: array("Q", shingles) for item_id, shingles in read}
        # Those met again go to the end, so that those met longest ago are forgotten first.
        found |= {item_id: self._forget(item_id) for item_id in item_ids if item_id in self._known}
        for item_id, shingles in found.items():
            self._known[item_id] = shingles
            self._size += len(shingles)
        while self._size > MOST_SHINGLES:
            self._forget(next(iter(self._known)))
        return found

    def _forget(self, item_id: int) -> "array[int]":
        shingles = self._known.pop(item_id)
        self._size -= len(shingles)
        return shingles
