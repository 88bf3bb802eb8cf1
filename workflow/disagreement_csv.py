"""The columns of the disagreements' CSV, and how a row fills them. Knows no filter and no file."""

import json
from collections.abc import Callable, Mapping, Sequence

from classifier.examples import CLASSIFIERS
from workflow.csv_safe import safe_row
from workflow.errors import BadInput
from workflow.views import ClassifierView, DisagreementRow

Cell = Callable[[DisagreementRow], str]
NEIGHBOURS = "neighbours"
"""The one column that costs a search for each row."""


def joined(names: Sequence[str]) -> str:
    """Return labels in one cell; a separator in a name makes it a JSON list, so that nothing is ambiguous."""
    return json.dumps(list(names), ensure_ascii=False) if any("|" in name for name in names) else "|".join(names)


def _near(row: DisagreementRow) -> str:
    found = [[near.item_id, near.similarity, *near.labels] for near in row.neighbours]
    return json.dumps(found, ensure_ascii=False) if found else ""


def _said(name: str) -> dict[str, Cell]:
    def cell(read: Callable[[ClassifierView], str]) -> Cell:
        return lambda row: read(view) if (view := row.said[name]) else ""

    return {
        f"{name}_labels": cell(lambda view: joined(view.labels)),
        f"{name}_scores": cell(_scores),
        f"{name}_version": cell(lambda view: str(view.version)),
    }


def _scores(view: ClassifierView) -> str:
    proposed = {label: round(score, 4) for label, score in view.scores.items() if label in view.labels}
    return json.dumps(proposed, ensure_ascii=False)


COLUMNS: Mapping[str, Cell] = {
    "id": lambda row: str(row.item_id),
    "external_id": lambda row: row.external_id,
    "date": lambda row: row.published_at.isoformat() if row.published_at else "",
    "source": lambda row: row.source,
    "text": lambda row: row.text,
    "truth": lambda row: joined(row.truth or ()),
    "truth_origin": lambda row: row.origin,
    "annotator": lambda row: row.annotator,
    "annotated_at": lambda row: row.decided_at.isoformat() if row.decided_at else "",
    **{column: cell for name in CLASSIFIERS for column, cell in _said(name).items()},
    "kind": lambda row: row.kind,
    "band": lambda row: row.band,
    "score": lambda row: f"{row.score:.4f}",
    NEIGHBOURS: _near,
}
"""Every column, in the order of the file."""


def checked_columns(chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are asked for, in the order of the file; all where none is named."""
    if unknown := [name for name in chosen if name not in COLUMNS]:
        raise BadInput(f"The CSV has no column {unknown[0]!r}; it has {', '.join(COLUMNS)}.")
    return tuple(name for name in COLUMNS if name in chosen or not chosen)


def cells_of(row: DisagreementRow, columns: Sequence[str]) -> list[str]:
    """Return a row's cells; none of them is run by a spreadsheet."""
    return safe_row(COLUMNS[name](row) for name in columns)
