"""Charges as people know them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]


def without_taken_back(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out a charge that was taken back before it stood on an invoice, and what took it back: nobody has owed
    it."""
    charges = list(rows)
    not_invoiced = {row["id"] for row in charges if row["invoice"] is None}
    gone = {
        reference
        for row in charges
        if row["id"] in not_invoiced and row["reverses_id"] in not_invoiced
        for reference in (row["id"], row["reverses_id"])
    }
    return (row for row in charges if row["id"] not in gone)
