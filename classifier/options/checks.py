"""Checks of a recipe's values: each raises ValueError with the name of the first field that makes no sense."""

from collections.abc import Collection


def check_positive(recipe: object, *names: str) -> None:
    """Refuse values that are not above 0."""
    for name in names:
        if not getattr(recipe, name) > 0:
            raise ValueError(f"{name}: must be positive, not {getattr(recipe, name)}.")


def check_at_least(recipe: object, least: float, *names: str) -> None:
    """Refuse values below `least`."""
    for name in names:
        if not getattr(recipe, name) >= least:
            raise ValueError(f"{name}: must be at least {least}, not {getattr(recipe, name)}.")


def check_share(recipe: object, *names: str) -> None:
    """Refuse values that are not in 0..1, 1 excluded."""
    for name in names:
        if not 0 <= getattr(recipe, name) < 1:
            raise ValueError(f"{name}: must be a share from 0 to below 1, not {getattr(recipe, name)}.")


def check_choice(recipe: object, name: str, choices: Collection[str]) -> None:
    """Refuse a value that is none of the choices."""
    if (value := getattr(recipe, name)) not in choices:
        raise ValueError(f"{name}: must be one of {', '.join(choices)}, not {value!r}.")
