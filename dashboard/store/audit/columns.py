"""Columns that the database computes from a row's JSON text, so that no filter disagrees with the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Computed
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine


class _FromRecord(ColumnElement[Any]):
    """One value of the JSON text in the column ``record``."""

    inherit_cache = False

    def __init__(self, key: str, type_: TypeEngine[Any]) -> None:
        self.key = key
        self.type = type_


class _Hundredths(ColumnElement[int]):
    """The amount that a row is about, without its sign, in hundredths: whole numbers compare exactly."""

    inherit_cache = True
    type = BigInteger()


amount_in_hundredths = _Hundredths()
"""NULL for rows about no amount."""


def from_record(key: str, type_: TypeEngine[Any]) -> Column[Any]:
    """A column ``key`` that holds the record's value of that name."""
    return Column(key, type_, Computed(_FromRecord(key, type_), persisted=True))


@compiles(_FromRecord, "sqlite")
def _on_sqlite(element: _FromRecord, _compiler: SQLCompiler, **_options: object) -> str:
    return f"json_extract(record, '$.{element.key}')"


@compiles(_FromRecord, "postgresql")
def _on_postgresql(element: _FromRecord, _compiler: SQLCompiler, **_options: object) -> str:
    text = f"(record::jsonb ->> '{element.key}'::text)"
    return f"({text})::bigint" if isinstance(element.type, BigInteger) else text


@compiles(_Hundredths, "sqlite")
def _amount_on_sqlite(_element: _Hundredths, _compiler: SQLCompiler, **_options: object) -> str:
    return "CAST(round(abs(CAST(json_extract(audit.record, '$.after.amount') AS REAL)) * 100) AS INTEGER)"


@compiles(_Hundredths, "postgresql")
def _amount_on_postgresql(_element: _Hundredths, _compiler: SQLCompiler, **_options: object) -> str:
    text = "(audit.record::jsonb #>> '{after,amount}')"
    is_number = rf"{text} ~ '^-?[0-9]+(\.[0-9]+)?$'"
    return f"(CASE WHEN {is_number} THEN round(abs({text}::numeric) * 100) END)"
