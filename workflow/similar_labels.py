"""Reads examples of a similar label set from a file in the data folder, as an import would. Stores nothing."""

from pathlib import Path

from classifier.examples import Example, TrainingData
from classifier.mixing import mixed_in, resembling
from classifier.options.data import Mixing
from workflow.errors import BadInput
from workflow.readers import Row, Unusable
from workflow.source_file import SourceFile, understand


def similar_examples(
    folder: Path, mixing: Mixing, data: TrainingData, held_out: list[str], count: int, seed: int
) -> tuple[Example, ...]:
    """Return at most `count` examples of the file, without copies of `held_out` texts and of what `data` holds.

    Raises `BadInput` where the file is missing, cannot be read or shares no label.
    """
    source = understand(folder / mixing.path, None, None)
    rows = [(row.text, row.labels) for row in _rows(source) if row.labels is not None]
    known = [*held_out, *(example.text for example in (*data.train, *data.validation))]
    copies = resembling([text for text, _ in rows], known)
    own = [row for row, is_copy in zip(rows, copies, strict=True) if not is_copy]
    examples = mixed_in(own, data.label_names, mixing.names, count, seed)
    if not examples:
        raise BadInput(f"{source.filename} has no label in common with this desk; say which of its labels is which.")
    return examples


def _rows(source: SourceFile) -> list[Row]:
    rows: list[Row] = []
    for record in source.table.records():
        try:
            rows.append(source.parser.parse(record))
        except Unusable:
            continue
    return rows
