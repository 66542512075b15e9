"""Python values as ClickHouse literals: constants of the sample world, never what a visitor sent."""

from collections.abc import Iterable
from datetime import UTC, date, datetime


class Sql(str):
    """Text that is SQL already."""

    __slots__ = ()


def literal(value: object) -> Sql:
    """A tuple becomes a tuple, a list an array, a dict a map; an aware datetime becomes its UTC text."""
    match value:
        case Sql():
            return value
        case str():
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            text = f"'{escaped}'"
        case bool() | int():
            text = str(int(value))
        case float():
            text = repr(round(value, 6))
        case datetime():
            text = f"'{value.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'milliseconds')}'"
        case date():
            text = f"toDate('{value.isoformat()}')"
        case dict():
            text = f"map({_joined(part for pair in value.items() for part in pair)})"
        case list():
            text = f"[{_joined(value)}]"
        case tuple():
            text = f"({_joined(value)})"
        case _:
            raise TypeError(f"{type(value).__name__} has no literal.")
    return Sql(text)


def table(rows: Iterable[tuple[object, ...]], columns: str) -> Sql:
    """The rows as an array of named tuples."""
    return Sql(f"CAST({literal(list(rows))} AS Array(Tuple({columns})))")


def _joined(values: Iterable[object]) -> str:
    return ", ".join(map(literal, values))
