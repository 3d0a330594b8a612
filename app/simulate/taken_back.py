"""Charges as people know them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]


def without_taken_back(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out a charge that was taken back before it was invoiced, or on the same invoice, and what took it back:
    nobody has owed it."""
    charges = list(rows)
    invoices = {row["id"]: row["invoice"] for row in charges}
    gone = {
        reference
        for row in charges
        if row["reverses_id"] in invoices and invoices[row["reverses_id"]] == row["invoice"]
        for reference in (row["id"], row["reverses_id"])
    }
    return (row for row in charges if row["id"] not in gone)
