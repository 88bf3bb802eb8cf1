"""Reads files that people bring: CSV, TSV, JSONL, JSON and XLSX, row by row. A bad row is data, not an error.

`open_table` looks at a file's content (not its name) and gives a `Table`; `take_survey` reads it once to learn how it
writes its labels; a `RowParser` then turns each record into a `Row`, or says which column cannot be used and why.
"""

from workflow.readers.cells import shown_name
from workflow.readers.columns import FIELDS, check_mapping, guess_mapping
from workflow.readers.records import Meter, Record, Row, Unusable
from workflow.readers.rejects import RejectsFile
from workflow.readers.rows import RowParser
from workflow.readers.survey import Survey, take_survey
from workflow.readers.table import Table, open_table

__all__ = [
    "FIELDS",
    "Meter",
    "Record",
    "RejectsFile",
    "Row",
    "RowParser",
    "Survey",
    "Table",
    "Unusable",
    "check_mapping",
    "guess_mapping",
    "open_table",
    "shown_name",
    "take_survey",
]
