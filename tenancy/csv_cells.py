"""Cells of a CSV file that somebody else wrote, made harmless for the spreadsheet that opens it."""

from collections.abc import Iterable

# What begins so is a formula to a spreadsheet, and a formula can send the sheet away.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_row(cells: Iterable[str]) -> list[str]:
    """The cells, with an apostrophe before each that would be taken for a formula."""
    return [safe_cell(cell) for cell in cells]


def safe_cell(cell: str) -> str:
    """The text itself, unless it would be a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
