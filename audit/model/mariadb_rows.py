"""Rows that a MariaDB or MySQL server answered with to words and numbers to rely on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


def worded(row: Mapping[str, T]) -> Mapping[str, T]:
    """A row with the words of MariaDB: MySQL says Source and Replica."""
    return {key.replace("Source", "Master").replace("Replica_", "Slave_"): value for key, value in row.items()}


def whole(value: object) -> int:
    """A whole number that a server gave; 0 for anything else."""
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"[0-9]{1,20}", str(value)) else 0


def epoch(value: object) -> Decimal | None:
    """Seconds since 1970 between 1990 and 2200; None for anything else."""
    if not isinstance(value, int | float | Decimal) or not 631152000 < value < 7258118400:
        return None
    return Decimal(value)
