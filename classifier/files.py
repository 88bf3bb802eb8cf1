"""Directories that are complete or not: their metadata file is written last. Knows nothing of models."""

import json
from pathlib import Path
from typing import Any

METADATA = "metadata.json"
"""Its presence says that the directory beside it is complete."""


def write_metadata(directory: Path, values: dict[str, Any]) -> None:
    """Mark a directory complete: write its metadata in one step, as the last of its files."""
    partial = directory / f"{METADATA}.part"
    partial.write_text(json.dumps(values, ensure_ascii=False, indent=1), encoding="utf-8")
    # A rename is atomic: a process killed here leaves either no metadata or all of it.
    partial.replace(directory / METADATA)


def read_metadata(directory: Path) -> dict[str, Any]:
    """Read what a complete directory says of itself; raise FileNotFoundError where it is not complete."""
    if not is_complete(directory):
        raise FileNotFoundError(f"{directory} holds no complete model: {METADATA} is missing.")
    return json.loads((directory / METADATA).read_text(encoding="utf-8"))


def is_complete(directory: Path) -> bool:
    """Tell whether a directory was written to its end."""
    return (directory / METADATA).is_file()
