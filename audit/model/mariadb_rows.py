"""Rows that a MariaDB or MySQL server answered with to words and numbers to rely on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeVar

T = TypeVar("T")
_SYSTEM: Final = re.compile(r"(mysql|sys|performance_schema|information_schema|test|lost\+found)(\..*)?")
_LEFT_OUT: Final = re.compile(r"Replicate_(Wild_)?Ignore_(DB|Table)|Binlog_Ignore_DB")
_FILTERS: Final = re.compile(
    r"Replicate_((Wild_)?(Do|Ignore)_(DB|Table)|(Do|Ignore)_Domain_Ids|Ignore_Server_Ids|Rewrite_DB)"
    r"|Binlog_(Do|Ignore)_DB"
)


def worded(row: Mapping[str, T]) -> Mapping[str, T]:
    """A row with the words of MariaDB: MySQL says Source and Replica."""
    return {key.replace("Source", "Master").replace("Replica_", "Slave_"): value for key, value in row.items()}


def whole(value: object) -> int:
    """A whole number that a server gave; 0 for anything else."""
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"[0-9]{1,20}", str(value)) else 0


def filtered(status: Mapping[str, object]) -> str:
    """The filters in a row of status, such as `Replicate_Ignore_DB: app`; empty where all data comes over.

    What is passed over by a filter is missing in no figure: position, threads, lag are those of a replica that has all.
    """
    found = []
    for name, value in status.items():
        told = str(value or "").strip()
        if not told or not _FILTERS.fullmatch(name):
            continue
        pieces = [piece.strip().replace("\\", "") for piece in told.split(",")]
        if not (_LEFT_OUT.fullmatch(name) and all(_SYSTEM.fullmatch(piece) for piece in pieces)):
            found.append(f"{name}: {told[:80]}")
    return "; ".join(found)


def epoch(value: object) -> Decimal | None:
    """Seconds since 1970 between 1990 and 2200; None for anything else."""
    if not isinstance(value, int | float | Decimal) or not 631152000 < value < 7258118400:
        return None
    return Decimal(value)
