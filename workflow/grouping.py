"""Guesses the group of a label from names such as 财经/交易-出售/收购. Knows no database."""

from collections.abc import Iterable

MOST = 0.8


def guess_groups(names: Iterable[str]) -> dict[str, str]:
    """Return {name: group}: what stands before the first hyphen, where the names of the set are made that way.

    A set is made that way when nearly all its names have a hyphen; in Chinese names a single one will do, since there a
    hyphen is never part of a word as it is in `money-fx`.
    """
    parts = {name: name.partition("-") for name in names}
    grouped = {name for name, (group, hyphen, rest) in parts.items() if group and hyphen and rest}
    whole_set = len(parts) > 2 and len(grouped) >= MOST * len(parts)
    return {
        name: group if name in grouped and (whole_set or not group.isascii()) else ""
        for name, (group, _, _) in parts.items()
    }
