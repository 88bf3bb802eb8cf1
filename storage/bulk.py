"""Inserts many rows of one table, given by column. Knows every table and none in particular.

SQLAlchemy would look at each value of each row anew; here each column is looked at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Column, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session


def insert_columns(session: Session, table: type[Any], columns: Mapping[str, Sequence[Any]], **same: object) -> None:
    """Insert rows given by column; all have the values `same` and else the defaults of this moment."""
    if not next(iter(columns.values())):
        return
    own = table.__table__.columns
    same = {name: _default(own[name]) for name in own.keys() - columns.keys() if own[name].default} | same
    values: dict[str, Iterable[Any]] = {name: repeat(value) for name, value in same.items()} | columns
    connection, statement = session.connection(), insert(table.__table__).inline()
    if not connection.dialect.positional:
        rows = zip(*values.values(), strict=False)
        connection.execute(statement, [dict(zip(values, row, strict=True)) for row in rows])
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(values))
    bound = (_bound(own[name], values[name], name in same, connection.dialect) for name in compiled.positiontup)
    connection.exec_driver_sql(compiled.string, list(zip(*bound, strict=False)))


def _default(column: Column[Any]) -> object:
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def _bound(column: Column[Any], values: Iterable[Any], is_same: bool, dialect: Dialect) -> Iterable[Any]:
    """Return a column's values as the driver takes them."""
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    return repeat(process(next(iter(values)))) if is_same else map(process, values)
