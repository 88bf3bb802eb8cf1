"""What all runs of a bake-off learn from and are measured on, read once: people go on labelling meanwhile."""

import json
from dataclasses import fields
from pathlib import Path

from classifier.examples import Label
from storage.training import LabelledItem
from workflow.task import Task
from workflow.training_data import Snapshot
from workflow.views import JsonValue, as_json

KINDS = {"labels": Label, "train": LabelledItem, "validation": LabelledItem, "gold": LabelledItem}


def frozen_path(task: Task) -> Path:
    """Return where a bake-off's snapshot lies while it is under way."""
    return task.data / "jobs" / str(task.hand.job_id) / "snapshot.json"


def freeze(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot as JSON, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    values = {field.name: as_json(getattr(snapshot, field.name)) for field in fields(snapshot)}
    partial.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)


def thaw(path: Path) -> Snapshot:
    """Read what `freeze` wrote; it has the same fingerprints."""
    values = json.loads(path.read_text(encoding="utf-8"))
    return Snapshot(**{name: _thawed(name, value) for name, value in values.items()})


def _thawed(name: str, value: JsonValue) -> object:
    if name in KINDS:
        return tuple(KINDS[name](**{key: _hashable(inner) for key, inner in row.items()}) for row in value)
    return _hashable(value)


def _hashable(value: JsonValue) -> object:
    return tuple(value) if isinstance(value, list) else value
