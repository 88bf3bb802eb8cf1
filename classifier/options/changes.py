"""Recipes from plain values, and recipes like others: the way of a recipe through JSON and through a preset."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Part = TypeVar("Part")


def build(kind: type[Part], values: Mapping[str, Any]) -> Part:
    """Build a recipe out of what `asdict` made of one, its parts included; it is checked as if it were new.

    Values that it does not know are refused with their names; values that are missing (a recipe of an earlier day) are
    the defaults.
    """
    known = {field.name: field.type for field in fields(kind)}
    if unknown := [name for name in values if name not in known]:
        raise ValueError(f"{kind.__name__} has no field {unknown[0]}; its fields are {', '.join(known)}.")
    return kind(**{name: _value(known[name], value) for name, value in values.items()})


def changed(part: Part, changes: Mapping[str, Any]) -> Part:
    """Return a recipe with some values changed; of a part that is named with a mapping, only what that holds."""
    # `replace` would refuse a misspelt field too, but not say which ones there are.
    now = {field.name: getattr(part, field.name) for field in fields(part)}
    if unknown := [name for name in changes if name not in now]:
        raise ValueError(f"{type(part).__name__} has no field {unknown[0]}; its fields are {', '.join(now)}.")
    return replace(part, **{name: _changed(now[name], value) for name, value in changes.items()})


def _value(kind: object, value: object) -> object:
    return build(kind, value) if is_dataclass(kind) and isinstance(value, Mapping) else value


def _changed(now: object, value: object) -> object:
    return changed(now, value) if is_dataclass(now) and isinstance(value, Mapping) else value
